#include "domain/placement.hpp"

#include <algorithm>

namespace headroom {

placement::decision placement::next(venue_word said, timestamp now) {
  const bool late = now >= deadline_;
  switch (said) {
    case venue_word::filled: return {placement_step::book_fill, {}};
    case venue_word::refused_conclusive: return {placement_step::book_refund, {}};
    case venue_word::refused:
      if (!in_doubt_) return {placement_step::book_refund, {}};
      return late ? give_up_carefully(now) : look_again();
    case venue_word::not_now:
      if (in_doubt_) return late ? give_up_carefully(now) : look_again();
      if (late) return {placement_step::book_refund, {}};
      return {placement_step::submit, look_again().wait};
    case venue_word::unknown:
      in_doubt_ = true;
      absences_ = 0;
      return look_again();
    case venue_word::absent:
      if (late) return give_up_carefully(now);
      if (++absences_ < limits_.absences_before_submit) return look_again();
      absences_ = 0;
      return {placement_step::submit, {}};
  }
  return look_again();
}

placement::decision placement::after_cancel(bool will_not_fill, timestamp now) {
  if (will_not_fill && !cancelled_at_.is_set()) cancelled_at_ = now;
  return look_again();
}

placement::decision placement::look_again() {
  const auto doubled = limits_.first_wait * (std::int64_t{1} << std::min(rounds_, 10U));
  ++rounds_;
  return {placement_step::look_up, std::min(limits_.longest_wait, doubled)};
}

placement::decision placement::give_up_carefully(timestamp now) {
  if (!cancelled_at_.is_set()) {
    const auto wait = rounds_ == 0 ? std::chrono::milliseconds{0} : look_again().wait;
    return {placement_step::cancel, wait};
  }
#ifdef HEADROOM_PLANTED_EARLY_REFUND  // for tests/simulation alone: it must notice the lack of
                                      // grace
  return {placement_step::book_refund, {}};
#endif
  if (now >= cancelled_at_.plus(limits_.grace)) return {placement_step::book_refund, {}};
  return look_again();
}

}  // namespace headroom
