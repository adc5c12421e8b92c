#pragma once

#include "chain/evm/finality.hpp"
#include "chain/evm/json_rpc.hpp"
#include "chain/polymarket/seen_redemption.hpp"

namespace headroom::chain::polymarket {

/// The chain's word on one condition at its newest final block, by one node.
struct condition_word {
  bool known = false;
  payout_vector payouts;                        // no numerators: not resolved
  std::vector<std::vector<share_amount>> held;  // by account, by outcome slot
};

/// For a human at a terminal: blocks until the nodes answered or timed out.
[[nodiscard]] condition_word ask_condition(const json_rpc& nodes, const finality_rule& rule,
                                           const contract_settings& contracts,
                                           const hash256& condition,
                                           std::span<const address> accounts,
                                           std::span<const uint256> tokens);

/// The transaction's receipt, once its block is final: by two nodes, where there are two. Blocks as
/// well.
[[nodiscard]] receipt_word ask_transaction(const json_rpc& nodes, const finality_rule& rule,
                                           const hash256& transaction);

}  // namespace headroom::chain::polymarket
