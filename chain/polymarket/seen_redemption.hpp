#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/evm/eth.hpp"
#include "chain/polymarket/resolution.hpp"

/// A redemption by a transaction that is none of ours: a human's at the venue's page, another
/// process with the same key, a relayer's batch that we do not know. It counts by its receipt
/// alone, by a stricter rule than our own: whoever made it may have done anything else beside it.
namespace headroom::chain::polymarket {

/// Why one is not booked: stable words.
namespace unproven {
inline constexpr std::string_view unknown = "transaction_unknown";  // no node shows a receipt
inline constexpr std::string_view witnesses = "too_few_nodes";      // of two or more, one does
inline constexpr std::string_view disagreed = "nodes_disagree";     // about what happened in it
inline constexpr std::string_view failed = "transaction_failed";    // it reverted
inline constexpr std::string_view not_final = "transaction_not_final";
inline constexpr std::string_view unreadable = "chain_unreadable";
inline constexpr std::string_view other_condition = "other_condition";
inline constexpr std::string_view not_ours = "not_our_account";  // others' shares were burned
inline constexpr std::string_view elsewhere = "shares_went_elsewhere";  // sold, or sent away
inline constexpr std::string_view not_apart = "redemptions_not_apart";  // several, and too little
inline constexpr std::string_view paid_nothing = "paid_nothing";
inline constexpr std::string_view too_much = "more_than_shares_are_worth";
}  // namespace unproven

/// Nodes' receipts of one transaction. Two have to show the same one, where there are two.
struct receipt_word {
  std::string_view refused;  // "": `receipt` counts once its block is final
  eth::receipt receipt;
  std::uint32_t node = 0;  // that shows it
};
[[nodiscard]] receipt_word judge_receipts(std::span<const rpc_result> words,
                                          const hash256& transaction);

struct seen_redemption {
  std::string_view refused;          // "": it is to be booked
  std::string detail;                // of a refusal, for a human
  usdc received;                     // of this condition alone
  std::vector<share_amount> burned;  // by outcome slot
};
/// What the receipt proves for one account. `received` is never more than what came to the account,
/// nor than the burned shares are worth (and a micro for each slot, for rounding).
[[nodiscard]] seen_redemption judge_seen(const eth::receipt& receipt,
                                         const contract_settings& contracts, const address& account,
                                         const hash256& condition, std::span<const uint256> tokens,
                                         const payout_vector& payouts);

}  // namespace headroom::chain::polymarket
