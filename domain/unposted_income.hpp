#pragma once

#include "domain/reconciliation.hpp"

namespace headroom {

/// What may have come to the chain already, and is posted only when it is over. At most so much.
struct unposted_income {
  usdc sales;     // of placing ones: a share brings at most a dollar
  usdc payouts;   // of resolved markets: redeemed or about to be, and not paid to users yet
  usdc deposits;  // paid with the buffer's own token, and not credited yet

  [[nodiscard]] usdc sum() const noexcept {
    return add_saturating(add_saturating(sales, payouts), deposits);
  }
};

/// For who books what is unexplained: income that is not posted is not, either.
[[nodiscard]] reconciliation reconcile(const trial_balance& books, const holdings& chains,
                                       const unposted_income& income) noexcept;

}  // namespace headroom
