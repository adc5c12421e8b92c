#pragma once

#include <chrono>
#include <cstdint>

#include "domain/time.hpp"
#include "domain/venue_verdict.hpp"

namespace headroom {

/// What the venue's side of a placement does next. See `placement::next`.
enum class placement_step : std::uint8_t {
  book_fill,    // final: filled, numbers known
  book_refund,  // final: it never filled and never will
  look_up,      // ask the venue what became of it, after `wait`
  submit,       // send the identical bytes again, after `wait`
  cancel,       // ask the venue never to fill it, after `wait`
};

/// How one order's outcome is found out, as a plain decision (docs/decisions/0009).
///
///     said                in doubt?  before the deadline       from the deadline on
///     ------------------  ---------  ------------------------  ----------------------------
///     filled              any        book_fill                 book_fill
///     refused_conclusive  no         book_refund               book_refund
///     refused_conclusive  yes        proof, then refund        proof, then refund
///     refused             no         book_refund               book_refund
///     refused             yes        look_up                   cancel, proof, then refund
///     not_now             no         submit                    book_refund
///     not_now             yes        look_up                   cancel, proof, then refund
///     unknown             becomes so look_up                   cancel, proof, then refund
///     absent              yes        look_up, twice: submit    cancel, proof, then refund
///     live                becomes so look_up                   cancel until it is not, or proof
///     matched             any        look_up                   cancel once, look_up
///     over                becomes so proof, then refund        proof, then refund
///
/// The proof is the exchange's own word: no block up to the moment in question, all of them final,
/// touched the order. The moment is the first time the venue called the order over, or the time its
/// cancel was answered; after a cancel `grace` must have passed too, for an order may be on its way
/// through the venue, and of one that is still called live the proof must reach beyond it. What the
/// venue shows alone is never enough: its views lag and forget.
///
/// The identical bytes carry the identical hash, which the venue takes once; so sending them again
/// can never fill twice. A new order is never signed for the same bet.
class placement {
 public:
  struct limits {
    std::chrono::milliseconds first_wait{250};
    std::chrono::milliseconds longest_wait{5'000};
    /// After the deadline and a cancel, this long without a trace, besides the proof.
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

  /// Decides after the venue's answer to a POST or a look-up. `untouched_until`: the exchange
  /// filled nothing of the order in any block up to then, and those blocks are final; not set when
  /// it did or cannot tell.
  [[nodiscard]] decision next(venue_verdict said, timestamp now, timestamp untouched_until = {});
  /// Decides after the venue's answer to a cancel.
  [[nodiscard]] decision after_cancel(bool will_not_fill, timestamp now);

  [[nodiscard]] bool in_doubt() const noexcept { return in_doubt_; }
  /// The last word was that it filled: its trades are waited for.
  [[nodiscard]] bool matched() const noexcept { return matched_; }

 private:
  [[nodiscard]] decision look_again();
  [[nodiscard]] decision cancel_now();
  [[nodiscard]] decision give_up_carefully(timestamp now, timestamp untouched_until);
  [[nodiscard]] decision settle_over(timestamp now, timestamp untouched_until);
  [[nodiscard]] decision settle_live(timestamp now, timestamp untouched_until);
  [[nodiscard]] decision settle_matched(bool late);

  limits limits_;
  timestamp deadline_;
  bool in_doubt_ = false;
  bool seen_ = false;  // the venue had the order: it is never sent again
  bool matched_ = false;
  bool followed_ = false;  // its trades were looked for
  bool cancel_asked_ = false;
  std::uint32_t absences_ = 0;
  std::uint32_t rounds_ = 0;
  timestamp cancelled_at_;
  timestamp over_since_;
};

}  // namespace headroom
