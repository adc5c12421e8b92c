#pragma once

#include <memory>

#include "actors/ports.hpp"

namespace headroom::chain {

/// What actors/ports.hpp asks of Ethereum. `domain`: what users sign their acts under.
[[nodiscard]] std::unique_ptr<actors::ethereum_port> make_ethereum_port(
    actors::signing_domain domain);

}  // namespace headroom::chain
