#pragma once

#include <cstdint>
#include <string_view>

namespace headroom {

/// Every way an operation can end that is not success. Values travel between nodes and are never
/// renumbered; names are the public `code` of problem+json. 0 is success.
enum class errc : std::uint8_t {
  none = 0,

  // rejected: can never work as asked, the caller must change the request (4xx)
  bad_request = 1,           // the request cannot be parsed at all
  invalid_field = 2,         // one field is missing or malformed
  insufficient_balance = 3,  // the user's balance cannot pay
  exceeds_max_bet = 4,       // the buffer cannot pay
  venue_rejected = 5,        // the venue said a definite no
  unknown_market = 6,        // no such token id at the venue
  price_off_tick = 7,        // max_price is not a multiple of the market's tick
  amount_too_small = 8,      // below the venue's minimum after fees
  deadline_passed = 9,       // the caller's deadline is over
  unauthorized = 10,         // no credentials, or wrong ones
  forbidden = 11,            // right credentials, wrong scope or user
  not_found = 12,            // no such thing
  payment_required = 13,     // x402: pay first
  invalid_payment = 14,      // x402: the payment is not valid
  payload_too_large = 15,    // body over the limit
  method_not_allowed = 16,   // known path, other method
  market_closed = 17,        // the market takes no orders
  idempotency_key_required = 18,
  insufficient_shares = 19,     // the user's position has fewer free shares
  quote_expired = 20,           // the quoted price is not promised any more (409, with a new quote)
  unsupported_market = 21,      // of a kind that this service does not trade
  exceeds_max_withdrawal = 25,  // the buffer cannot pay
  exceeds_daily_limit = 26,     // of what one user may take out in a day
  address_refused = 27,         // nothing is paid to it
  delegation_ended = 28,        // it has expired, or was revoked
  exceeds_delegation = 29,      // its bounds do not allow this bet

  // duplicate: already done under this key
  key_reused = 30,  // same idempotency key, other request (409)
  duplicate = 31,   // same key, same request: give the first answer

  // retry: whoever says so has done nothing, and might later (503)
  overloaded = 50,     // a bound was reached, come back
  unavailable = 51,    // a dependency is down
  shutting_down = 52,  // the service is draining
  timed_out = 53,      // no answer in time: a read found nothing out, anything else may be done yet
  rate_limited = 54,   // this caller asks for too much (429)
  paused = 57,         // an operator has stopped it

  // in doubt: it may have happened; look before acting (202)
  in_doubt = 70,

  // broken: our own invariant failed; keep the evidence, a human must look (500)
  internal = 90,
  invariant_violated = 91,
};

/// What may be done about an errc. STYLE: errors are grouped by consequence.
enum class consequence : std::uint8_t { none, rejected, duplicate, retry, in_doubt, broken };

[[nodiscard]] constexpr consequence consequence_of(errc e) noexcept {
  const auto n = static_cast<std::uint8_t>(e);
  if (n == 0) return consequence::none;
  if (n < 30) return consequence::rejected;
  if (n < 50) return consequence::duplicate;
  if (n < 70) return consequence::retry;
  if (n < 90) return consequence::in_doubt;
  return consequence::broken;
}

/// Whether a refusal is for good: the same request gets the same answer, and nothing more comes of
/// it. `broken` is for good too, `internal` as well as `invariant_violated`: who does not know
/// whether it happened says in_doubt. Of an error that may be nobody's word (a lost actor, a
/// time-out) ask actors::is_final (actors/error.hpp).
[[nodiscard]] constexpr bool is_final(consequence c) noexcept {
  return c == consequence::rejected || c == consequence::duplicate || c == consequence::broken;
}

/// The stable public name, for example "insufficient_balance".
[[nodiscard]] std::string_view to_string(errc e) noexcept;

}  // namespace headroom
