#pragma once

#include <span>

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
  usdc waiting;           // in transit and in no conversion
  usdc not_sent;          // of conversions that have sent nothing of their running step yet
  usdc sources;           // on chain
  usdc sources_short_of;  // missing: waiting or not sent, and not there
  usdc between;           // of conversions: sent and not arrived, seen on no chain

  [[nodiscard]] bool clean() const noexcept {
    return short_of.is_zero() && sources_short_of.is_zero();
  }
};

/// @param running  all conversions that are.
/// @param backing  the buffer's own token: a conversion of it sends nothing.
[[nodiscard]] reconciliation reconcile(const trial_balance& books, const holdings& chains,
                                       std::span<const conversion> running,
                                       const money_source& backing) noexcept;

}  // namespace headroom
