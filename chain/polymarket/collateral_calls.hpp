#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "actors/messages/wallet_messages.hpp"
#include "chain/polymarket/account_settings.hpp"
#include "chain/polymarket/contracts.hpp"

/// The betting account's money: USDC.e becomes pUSD at the onramp and USDC.e again at the offramp,
/// one to one (facts/polymarket.md 6.4). Each takes an approval of just that amount first.
namespace headroom::chain::polymarket {

enum class ramp : std::uint8_t { wrap = 0, unwrap = 1 };
[[nodiscard]] std::string_view to_string(ramp way) noexcept;  // "wrap"

/// What an account holds, by eth_call.
struct collateral_view {
  usdc collateral;        // pUSD
  usdc loose;             // USDC.e
  usdc onramp_may_take;   // of the USDC.e
  usdc offramp_may_take;  // of the pUSD
};
/// The calls that read a view, in the order that read_collateral wants. An allowance above what
/// fits 63 bits is read as that.
[[nodiscard]] std::vector<rpc_request> ask_collateral(const venue_contracts& c,
                                                      const address& owner);
[[nodiscard]] std::optional<collateral_view> read_collateral(std::span<const rpc_result> results);

struct collateral_move {
  ramp way = ramp::wrap;
  usdc amount;
  friend bool operator==(const collateral_move&, const collateral_move&) = default;
};
struct collateral_plan {
  std::optional<collateral_move> move;
  usdc missing;  // to the low mark, and no USDC.e to make it of
};
/// What brings the pUSD back to `buffer` when it is beyond a mark.
/// @param waiting  of withdrawals that are paid from this account's USDC.e and have no transaction
///                 yet, in no buffer any more: so much of it stays, and what is missing is
///                 unwrapped within the marks, too.
[[nodiscard]] collateral_plan plan_collateral(const collateral_view& has, usdc buffer,
                                              const account_settings& marks, usdc waiting = {});

/// What the ramp of that way may take now.
[[nodiscard]] usdc may_take(const collateral_view& has, ramp way) noexcept;
/// ERC-20 approve of `token` for exactly that amount.
[[nodiscard]] actors::contract_call approve_ramp(const venue_contracts& c,
                                                 const collateral_move& m);
/// wrap(USDC.e, owner, amount) at the onramp, unwrap(USDC.e, owner, amount) at the offramp.
[[nodiscard]] actors::contract_call through_ramp(const venue_contracts& c, const address& owner,
                                                 const collateral_move& m);
[[nodiscard]] bool may_go(const collateral_view& has, const collateral_move& m) noexcept;

/// What a move brought `owner`, by its transaction's own events: pUSD of a wrap, USDC.e of an
/// unwrap. Nothing when they cannot be summed.
[[nodiscard]] std::optional<usdc> brought(const venue_contracts& c, const address& owner, ramp way,
                                          std::span<const actors::event_log> logs);

}  // namespace headroom::chain::polymarket
