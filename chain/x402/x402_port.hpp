#pragma once

#include <memory>

#include "actors/ports.hpp"
#include "chain/x402/x402.hpp"

namespace headroom::chain {

/// What actors/ports.hpp asks of x402.
[[nodiscard]] std::unique_ptr<actors::x402_port> make_x402_port(x402::terms terms);

}  // namespace headroom::chain
