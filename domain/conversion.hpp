#pragma once

#include <chrono>
#include <string>

#include "domain/records.hpp"

namespace headroom {

/// What a route says of the running step.
enum class step_word : std::uint8_t { in_flight, done, failed, unreadable };

/// What to do with a conversion after its route spoke.
enum class conversion_move : std::uint8_t {
  wait,     // nothing new to record
  record,   // progress: store the steps, go on
  arrive,   // the last step is done: replenish
  give_up,  // out of attempts: mark it failed
};

/// One conversion as a plain state machine over its record: which step runs, with what input, what
/// an answer changes, when it counts as stuck. Amounts come from receipts only: each step's input
/// is the output of the one before.
class conversion_progress {
 public:
  struct limits {
    std::chrono::milliseconds stuck_after{300000};
    std::uint32_t max_attempts = 5;  // new attempts of one step after a definite failure
  };

  conversion_progress(conversion row, std::vector<std::string> step_names, const limits& l,
                      timestamp now);

  [[nodiscard]] const conversion& row() const noexcept { return row_; }
  [[nodiscard]] bool finished() const noexcept { return step_ >= row_.steps.size(); }
  /// Out of attempts, for good: `heard` says nothing but give_up any more.
  [[nodiscard]] bool given_up() const noexcept {
    return !finished() && row_.steps[step_].state == "failed";
  }
  /// The running step; meaningless when finished.
  [[nodiscard]] std::uint32_t step_index() const noexcept {
    return static_cast<std::uint32_t>(step_);
  }
  [[nodiscard]] const conversion_step& step() const { return row_.steps.at(step_); }
  /// No progress for longer than `stuck_after`.
  [[nodiscard]] bool stuck(timestamp now) const noexcept;
  /// Gives a stuck step fresh time. It may be in flight, so this never uses up its attempts: a slow
  /// bridge must not be written off by a timer.
  void retry(timestamp now) noexcept;

  /// The route's word on the running step.
  [[nodiscard]] conversion_move heard(step_word word, usdc amount_out, const hash256& tx_hash,
                                      const std::string& detail, timestamp now);

  /// What arrived, by the last receipt. The difference to the amount put in is the loss; a route
  /// that pays a premium makes it negative.
  [[nodiscard]] usdc received() const noexcept;

 private:
  void start_step(timestamp now);

  conversion row_;
  limits limits_;
  std::size_t step_ = 0;
  timestamp last_progress_;
};

}  // namespace headroom
