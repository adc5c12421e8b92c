#pragma once

#include <chrono>
#include <cstdint>

#include "domain/time.hpp"

namespace headroom {

/// What the venue's side of a placement does next. See `placement::next`.
enum class placement_step : std::uint8_t {
  book_fill,    // final: filled, numbers known
  book_refund,  // final: it never filled and never will
  look_up,      // ask the venue what became of it, after `wait`
  submit,       // send the identical bytes again, after `wait`
  cancel,       // ask the venue never to fill it
};

/// What is known of the venue's last answer, without its numbers.
enum class venue_word : std::uint8_t {
  filled,
  refused,
  refused_conclusive,
  unknown,
  absent,
  not_now
};

/// How one order's outcome is found out, as a plain decision (docs/decisions/0009).
///
///     said                in doubt?  before the deadline       from the deadline on
///     ------------------  ---------  ------------------------  ----------------------------
///     filled              any        book_fill                 book_fill
///     refused_conclusive  any        book_refund               book_refund
///     refused             no         book_refund               book_refund
///     refused             yes        look_up                   cancel, then grace, then refund
///     not_now             no         submit                    book_refund
///     not_now             yes        look_up                   cancel, then grace, then refund
///     unknown             becomes so look_up                   look_up
///     absent              yes        look_up, twice: submit    cancel, then grace, then refund
///
/// The identical bytes carry the identical hash, which the venue takes once; so sending them again
/// can never fill twice. A new order is never signed for the same bet.
class placement {
 public:
  struct limits {
    std::chrono::milliseconds first_wait{250};
    std::chrono::milliseconds longest_wait{5'000};
    /// After the deadline and a cancel, this long without a trace proves that nothing filled.
    std::chrono::milliseconds grace{120'000};
    /// Times the venue must show nothing before the same bytes are sent again.
    std::uint32_t absences_before_submit = 2;
  };
  struct decision {
    placement_step step = placement_step::look_up;
    std::chrono::milliseconds wait{0};
  };

  placement() = default;
  /// `in_doubt`: the order may have reached the venue already (a resumed bet).
  placement(const limits& l, timestamp deadline, bool in_doubt)
      : limits_{l}, deadline_{deadline}, in_doubt_{in_doubt} {}

  /// Decides after the venue's answer to a POST or a look-up.
  [[nodiscard]] decision next(venue_word said, timestamp now);
  /// Decides after the venue's answer to a cancel.
  [[nodiscard]] decision after_cancel(bool will_not_fill, timestamp now);

  [[nodiscard]] bool in_doubt() const noexcept { return in_doubt_; }

 private:
  [[nodiscard]] decision look_again();
  [[nodiscard]] decision give_up_carefully(timestamp now);

  limits limits_;
  timestamp deadline_;
  bool in_doubt_ = false;
  std::uint32_t absences_ = 0;
  std::uint32_t rounds_ = 0;
  timestamp cancelled_at_;
};

}  // namespace headroom
