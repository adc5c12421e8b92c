#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chain/evm/eth.hpp"
#include "chain/polymarket/order.hpp"

/// Whether the exchange would take an order, by its own view functions (CTF Exchange V2's ABI, in
/// facts/polymarket.md 6.5's source). Asked by eth_call of an order that is never sent to the
/// venue: nothing can come of it.
namespace headroom::chain::polymarket {

/// The calls that ask the order's exchange, and a deposit wallet about its own signature.
[[nodiscard]] std::vector<rpc_request> ask_exchange(const signed_order& o);

/// One node's answers in that order. "": the exchange takes it. Else which check refuses it, for
/// the operator. Nothing when they cannot be read.
[[nodiscard]] std::optional<std::string> objection_to(const signed_order& o,
                                                      std::span<const rpc_result> said);

}  // namespace headroom::chain::polymarket
