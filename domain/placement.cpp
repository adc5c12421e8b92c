#include "domain/placement.hpp"

#include <utility>

#include "domain/backoff.hpp"

namespace headroom {

placement::decision placement::next(venue_verdict said, timestamp now, timestamp untouched_until) {
  const bool late = now >= deadline_;
  const bool may_stand = in_doubt_ || seen_;
  matched_ = said == venue_verdict::matched;
  switch (said) {
    case venue_verdict::filled: return {placement_step::book_fill, {}};
    case venue_verdict::refused_conclusive:
      // It is about the order, but the venue may have forgotten what it did with it before.
      if (may_stand) return settle_over(now, untouched_until);
      return {placement_step::book_refund, {}};
    case venue_verdict::refused:
      if (!may_stand) return {placement_step::book_refund, {}};
      return late ? give_up_carefully(now, untouched_until) : look_again();
    case venue_verdict::not_now:
      if (may_stand) return late ? give_up_carefully(now, untouched_until) : look_again();
      if (late) return {placement_step::book_refund, {}};
      return {placement_step::submit, look_again().wait};
    case venue_verdict::unknown:
      in_doubt_ = true;
      absences_ = 0;
      return late ? give_up_carefully(now, untouched_until) : look_again();
    case venue_verdict::absent:
      if (late) return give_up_carefully(now, untouched_until);
      if (seen_ || ++absences_ < limits_.absences_before_submit) return look_again();
      absences_ = 0;
      return {placement_step::submit, {}};
    case venue_verdict::matched: return settle_matched(late);
    case venue_verdict::live:
      seen_ = in_doubt_ = true;
      over_since_ = {};  // whatever was said before
      if (late) return settle_live(now, untouched_until);
      cancelled_at_ = {};
      return look_again();
    case venue_verdict::over: return settle_over(now, untouched_until);
  }
  return look_again();
}

placement::decision placement::after_cancel(bool will_not_fill, timestamp now) {
  cancel_asked_ = true;
  if (will_not_fill && !cancelled_at_.is_set()) cancelled_at_ = now;
  return look_again();
}

placement::decision placement::look_again() {
  return {placement_step::look_up, backoff(limits_.first_wait, rounds_++, limits_.longest_wait)};
}

/// The first one at once; one that was not heard is repeated at the pace of the looks.
placement::decision placement::cancel_now() {
  if (!cancel_asked_) return {placement_step::cancel, {}};
  return {placement_step::cancel, look_again().wait};
}

/// An order that was on its way when it was cancelled may fill until `grace` later, and a venue
/// that lags shows it later still: so the proof must reach beyond that, however late it comes.
placement::decision placement::give_up_carefully(timestamp /*now*/, timestamp untouched_until) {
  if (!cancelled_at_.is_set()) return cancel_now();
#ifdef HEADROOM_PLANTED_EARLY_REFUND  // for tests/simulation alone: it must notice the lack of
                                      // proof
  return {placement_step::book_refund, {}};
#endif
  if (untouched_until >= cancelled_at_.plus(limits_.grace))
    return {placement_step::book_refund, {}};
  return look_again();
}

placement::decision placement::settle_over(timestamp now, timestamp untouched_until) {
  seen_ = in_doubt_ = true;
  if (!over_since_.is_set()) over_since_ = now;
  if (untouched_until >= over_since_) return {placement_step::book_refund, {}};
  return look_again();
}

/// It is cancelled again and again. A view that calls it live for ever after the venue has
/// confirmed a cancel does not hold the money for ever: `grace` later the exchange, final and
/// untouched beyond that, outweighs it.
placement::decision placement::settle_live(timestamp now, timestamp untouched_until) {
  const auto enough = cancelled_at_.plus(limits_.grace);
  if (cancelled_at_.is_set() && now >= enough && untouched_until >= enough)
    return {placement_step::book_refund, {}};
  return cancel_now();
}

/// Only its trades, or the exchange, can end it. A cancel does no harm, and stops what is left.
placement::decision placement::settle_matched(bool late) {
  seen_ = true;
  over_since_ = {};
  if (late && !cancel_asked_) return cancel_now();
  if (!std::exchange(followed_, true)) return {placement_step::look_up, {}};
  return look_again();
}

}  // namespace headroom
