#pragma once

#include <string>
#include <vector>

#include "actors/messages/wallet_messages.hpp"
#include "chain/polymarket/contracts.hpp"

/// What the venue's contracts must be allowed to take from an account, by name (facts/polymarket.md
/// 6.4 and changes of 2026-11-29, 5): pUSD for bets, shares for sales and redeems.
namespace headroom::chain::polymarket {

enum class approval_kind : std::uint8_t { allowance, operator_of_all };  // ERC-20, ERC-1155

struct approval {
  std::string name;  // "pUSD to the exchange": for logs, alerts and the self-test
  approval_kind kind = approval_kind::allowance;
  address token;
  address spender;
};

/// All that an account needs. The unified SDK approves more (its auto-redeem operator, perps, the
/// router): with those, payouts would arrive without our call, and they are left out.
[[nodiscard]] std::vector<approval> needed_approvals(const venue_contracts& contracts);

/// eth_call: does `owner` give it?
[[nodiscard]] rpc_request ask_approval(const approval& a, const address& owner);
/// An allowance is given when it is beyond anything that a buffer holds. Nothing: unreadable, as
/// the answer of an address without a contract is.
[[nodiscard]] std::optional<bool> read_approval(const approval& a, const rpc_result& r);
/// approve(spender, 2^256 - 1), or setApprovalForAll(spender, true).
[[nodiscard]] actors::contract_call give_approval(const approval& a);

}  // namespace headroom::chain::polymarket
