#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "chain/polymarket/contracts_settings.hpp"
#include "domain/money.hpp"

/// Our accounts at the venue as the chain sees them: approvals, collateral, the relayer. Defaults
/// are for production and stand here alone.
namespace headroom::chain::polymarket {

struct relayer_settings {
  std::string url = "https://relayer-v2.polymarket.com";  // without a slash at the end
  std::chrono::milliseconds timeout{10'000};              // of one request
  std::chrono::seconds deadline{240};                     // of a batch, from its signature on
  std::chrono::milliseconds poll{2'000};                  // between looks at a batch
  std::uint32_t polls = 100;  // after which it is over, nobody knows how
};

struct account_settings {
  contract_settings contracts;
  relayer_settings relayer;
  /// No bets until every account's contracts and approvals are as they must be, and the exchanges
  /// would take an order. Off: the former are read and mended all the same, and stop nothing.
  bool self_test = true;
  /// Outcome tokens (decimal ids) that its orders are tried on while their markets are open, one of
  /// each kind. "": of the busiest open markets in Gamma's list.
  std::string self_test_token;
  std::string self_test_neg_risk_token;
  std::chrono::milliseconds check_every{60'000};  // when all is well
  std::chrono::milliseconds check_soon{2'000};    // while something is missing or under way
  std::chrono::milliseconds read_timeout{5'000};  // of the venue's view of an account
  /// The betting account's pUSD is kept at the buffer's size: below `low` of it more is wrapped,
  /// above `high` the surplus is unwrapped.
  std::uint32_t collateral_low_bps = 9'000;
  std::uint32_t collateral_high_bps = 11'000;
  usdc collateral_least{10'000'000};  // smaller sums are not moved
  bool keeps_collateral = false;      // by the wiring: where the pUSD is looked at by the audit too
};

}  // namespace headroom::chain::polymarket
