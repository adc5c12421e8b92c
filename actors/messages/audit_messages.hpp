#pragma once

#include <vector>

#include "actors/inspect.hpp"

/// What the chains say the service owns, and the verdict.
namespace headroom::actors {

/// The service's own tokens as the chains report them; `known` is false while a chain is silent.
struct onchain_balances {
  bool plasma_known = false;
  usdc plasma_usdt0;
  bool polygon_known = false;
  usdc polygon_usdt0;
  usdc polygon_usdc;
  usdc polygon_collateral;  // the venue's, of the account that bets; zero when none is configured
  bool sources_known = true;
  usdc other_sources{};  // what else users paid with, on any chain
};
HEADROOM_INSPECT(onchain_balances, x.plasma_known, x.plasma_usdt0, x.polygon_known, x.polygon_usdt0,
                 x.polygon_usdc, x.polygon_collateral, x.sources_known, x.other_sources)

/// One token of which the venue's accounts hold something else than its users' open positions come
/// to.
struct share_difference {
  uint256 token;
  share_amount booked;
  share_amount on_chain;
};
HEADROOM_INSPECT(share_difference, x.token, x.booked, x.on_chain)

/// The last comparison of all positions with the chain.
struct position_audit {
  bool checked = false;
  std::uint64_t tokens = 0;  // that were compared
  /// That two comparisons in a row have shown; the first of them, those first where shares are
  /// missing.
  std::vector<share_difference> differences{};
  timestamp at{};
};
HEADROOM_INSPECT(position_audit, x.checked, x.tokens, x.differences, x.at)

/// One comparison: what was compared, and the verdict that everybody is given.
struct solvency_report {
  trial_balance books;
  onchain_balances chains;
  solvency verdict;
  position_audit positions{};
  reconciliation explained{};  // where verdict.onchain_known
};
HEADROOM_INSPECT(solvency_report, x.books, x.chains, x.verdict, x.positions, x.explained)

}  // namespace headroom::actors
