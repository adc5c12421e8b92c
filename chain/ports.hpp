#pragma once

#include <memory>

#include "actors/ports.hpp"
#include "chain/x402.hpp"

/// This edge behind the interfaces of actors/ports.hpp.
namespace headroom::chain {

/// `domain`: what users sign their acts under.
[[nodiscard]] std::unique_ptr<actors::ethereum_port> make_ethereum_port(
    actors::signing_domain domain);
[[nodiscard]] std::unique_ptr<actors::x402_port> make_x402_port(x402::terms terms);

}  // namespace headroom::chain
