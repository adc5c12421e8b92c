#pragma once

#include <memory>
#include <vector>

#include "actors/ports.hpp"
#include "chain/x402/source_gate.hpp"
#include "chain/x402/x402.hpp"

namespace headroom::chain {

/// What actors/ports.hpp asks of x402.
/// @param sources  at least one, the one that is asked for first in front.
/// @param gate  which of them are refused at present; null: none.
[[nodiscard]] std::unique_ptr<actors::x402_port> make_x402_port(
    std::vector<x402::terms> sources, std::shared_ptr<const source_gate> gate = nullptr);

}  // namespace headroom::chain
