#pragma once

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
};
HEADROOM_INSPECT(onchain_balances, x.plasma_known, x.plasma_usdt0, x.polygon_known, x.polygon_usdt0,
                 x.polygon_usdc, x.polygon_collateral)

/// One comparison: what was compared, and the verdict that everybody is given.
struct solvency_report {
  trial_balance books;
  onchain_balances chains;
  solvency verdict;
};
HEADROOM_INSPECT(solvency_report, x.books, x.chains, x.verdict)

}  // namespace headroom::actors
