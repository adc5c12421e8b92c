#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/evm/eth.hpp"
#include "chain/polymarket/contracts_settings.hpp"
#include "domain/journal.hpp"

/// How a market ends, on chain and by the API (facts/polymarket.md 6.1, 6.2 and changes of
/// 2026-11-29, 10): payout vectors, what accounts hold of outcome tokens, redeeming, its proof.
namespace headroom::chain::polymarket {

// -- Conditional Tokens, read --------------------------------------------------------------------

[[nodiscard]] byte_vector payout_denominator_call(const hash256& condition);
[[nodiscard]] byte_vector payout_numerator_call(const hash256& condition, std::size_t slot);
[[nodiscard]] byte_vector slot_count_call(const hash256& condition);
/// balanceOfBatch: of each owner each token, owner by owner.
[[nodiscard]] byte_vector shares_held_call(std::span<const address> owners,
                                           std::span<const uint256> tokens);
/// Its answer: so many amounts, each within 63 bits; nothing when it is anything else.
[[nodiscard]] std::optional<std::vector<share_amount>> read_shares_held(byte_view data,
                                                                        std::size_t count);

inline constexpr std::size_t most_slots = 32;  // of a condition that we read
inline constexpr std::size_t shares_per_call = 200;

// -- redeeming -----------------------------------------------------------------------------------

/// redeemPositions(collateral, 0, condition, [1, 2, 4, ...]): the caller's whole balance of each of
/// `slots` outcomes. Both adapters have it.
[[nodiscard]] byte_vector redeem_all_call(const address& collateral, const hash256& condition,
                                          std::size_t slots);
/// redeemPositions(condition, amounts): the older form, which is reported for neg-risk markets.
[[nodiscard]] byte_vector redeem_amounts_call(const hash256& condition,
                                              std::span<const share_amount> amounts);

/// What `call` to `to` would bring `account` of `token`, by an eth_call that puts a few
/// instructions in the account's place for that one question (state override): they read its
/// balance, make the call as the account, and answer by how much the balance grew.
[[nodiscard]] rpc_request ask_gain(const address& account, const address& token, const address& to,
                                   byte_view call);
/// A plain eth_call answers whether it reverts and nothing else: adapters return nothing.
struct gain {
  enum class word : std::uint8_t {
    known = 0,       // `amount`
    reverts = 1,     // `why`
    unreadable = 2,  // no answer
    unasked = 3,     // the node does not take such questions
  };
  word is = word::unreadable;
  usdc amount;
  std::string why;
};
[[nodiscard]] gain read_gain(const rpc_result& r);

/// The proof of a redeeming, by the events of its receipt.
struct redemption_proof {
  usdc received;                     // collateral that came to the account
  std::vector<share_amount> burned;  // by slot: left the account and ended at the zero address
  usdc reported;                     // by PayoutRedemption of this condition
  usdc reported_by_all;              // and of all others in the same receipt
  bool went_elsewhere = false;       // some of it left the account for nobody who redeems
};
/// Nothing when an event cannot be read or a sum does not fit.
[[nodiscard]] std::optional<redemption_proof> read_redemption(std::span<const log_entry> logs,
                                                              const contract_settings& contracts,
                                                              const address& account,
                                                              const hash256& condition,
                                                              std::span<const uint256> tokens);

/// Whether the event moves one of these tokens away from the account.
[[nodiscard]] bool takes_shares(const log_entry& log, const address& account,
                                std::span<const uint256> tokens);

// -- the API -------------------------------------------------------------------------------------
// It says when to look and what a market is called. Everything but the market's tokens is optional.

/// GET /clob-markets/{condition}: condition, tokens by slot, names, neg-risk. Nothing unless
/// `token` is one of them.
[[nodiscard]] std::optional<record_market> read_outcomes(std::string_view body,
                                                         const uint256& token);

/// What Gamma or the CLOB says of one condition.
struct market_stage {
  std::string stage;  // "open", "proposed", "disputed", "resolved"
  std::string question;
};
/// GET /markets?condition_ids=...: of its row for this condition, if there is one.
[[nodiscard]] std::optional<market_stage> read_gamma_stage(std::string_view body,
                                                           const hash256& condition);
/// GET /markets/{condition} of the CLOB: open, or resolved once it is closed.
[[nodiscard]] std::optional<market_stage> read_clob_stage(std::string_view body);

}  // namespace headroom::chain::polymarket
