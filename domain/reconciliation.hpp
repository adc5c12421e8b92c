#pragma once

#include "domain/solvency.hpp"

namespace headroom {

/// What buffer, reserve and in-transit money should be on the chains, what is there, and what
/// explains the difference. One look at books and chains: what moves between the two reads shows
/// as a difference that the next look does not have.
struct reconciliation {
  // USDC on Polygon and what of it is the venue's collateral
  usdc booked;       // buffer and reserve
  usdc backing;      // on chain
  usdc arrived;      // by conversions that are done and not booked: there, and not in `booked`
  usdc at_venue;     // of placing bets: in neither side's books, and there until they are filled
  usdc unsent;       // of withdrawals without a transaction: there
  usdc waits_here;   // paid with this very token, and in no conversion or one that runs: there
  usdc short_of;     // missing: booked, arrived and unsent, and not there
  usdc unexplained;  // there, beyond all of these

  // what users pay with elsewhere: USDT0 on both chains, USDC on Base
  usdc waiting;              // in transit and in no conversion
  usdc not_sent;             // of conversions that have sent nothing of their running step yet
  usdc sources;              // on chain
  usdc sources_short_of;     // missing: waiting or not sent, and not there
  usdc sources_unexplained;  // there, beyond these and all that is between
  usdc between;              // of conversions: sent and not arrived, seen on no chain

  [[nodiscard]] bool clean() const noexcept {
    return short_of.is_zero() && sources_short_of.is_zero();
  }
};

[[nodiscard]] reconciliation reconcile(const trial_balance& books, const holdings& chains) noexcept;

/// Between a look at the books and one at the chains a conversion may send its money. What `after`,
/// the books once the chains were read, does not have at the same place counts as under way.
void keep_what_stood_still(trial_balance& before, const trial_balance& after);
/// Without that second look nobody knows.
void keep_nothing_standing(trial_balance& before) noexcept;

}  // namespace headroom
