#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "domain/records.hpp"

namespace headroom {

/// What a route says of the running step. in_flight: ask again later. done: its money arrived, by
/// receipt. failed: nothing moved and the step may be tried again as a new attempt. unreadable:
/// cannot tell; nothing new may start. held: nothing of this attempt was sent, it waits for a
/// price, a fee or money; or it arrived, and the chain's finality stands still.
enum class step_state : std::uint8_t {
  in_flight = 0,
  done = 1,
  failed = 2,
  unreadable = 3,
  held = 4
};

/// What is asked of a step.
enum class step_wish : std::uint8_t {
  go_on = 0,   // do what is next, or look
  by_tag = 1,  // likewise, and only what is `finalized` counts: it was undone before
  again = 2,   // it was done, by depth: is it still? Sends nothing
};

/// Whether the steps that `row` has are the first of a route with these steps: else the route is
/// another one by now, and an index of the one means nothing to the other.
[[nodiscard]] bool runs_along(const conversion& row, std::span<const std::string> step_names);

/// What to do with a conversion after its route spoke.
enum class conversion_move : std::uint8_t {
  wait,    // nothing new to record
  record,  // progress: store the steps, go on
  arrive,  // the last step is done: replenish
};

/// What a route's answer changes in the running step.
struct step_news {
  step_state word = step_state::in_flight;
  usdc amount_out;  // when done
  hash256 tx_hash;
  std::string detail;
  std::span<const operation_id> operations;  // that the attempt has used so far
  bool by_depth = false;                     // when done: a reorganisation may undo it yet
};

/// One conversion as a plain state machine over its record: which step runs, with what input, and
/// what an answer changes. Amounts come from receipts only: each step's input is the output of the
/// one before.
///
///   waiting -> in_flight <-> held -> done
///                    ^----------------'  what a reorganisation undoes (docs/decisions/0030)
///
/// No word ends a conversion without its money: a step that failed is held, and tried again as a
/// new attempt after a pause that doubles. After `attempts` failures `within` an hour it stays held
/// until an operator lets it go on.
class conversion_progress {
 public:
  struct limits {
    std::chrono::milliseconds first_pause{1'000};  // after a failure, doubles with each
    std::chrono::milliseconds longest_pause{600'000};
    std::uint32_t attempts = 6;
    std::chrono::milliseconds within{3'600'000};
  };

  conversion_progress(conversion row, std::vector<std::string> step_names, const limits& l,
                      timestamp now);

  [[nodiscard]] const conversion& row() const noexcept { return row_; }
  [[nodiscard]] bool finished() const noexcept { return step_ >= row_.steps.size(); }
  /// The running step; meaningless when finished.
  [[nodiscard]] std::uint32_t step_index() const noexcept {
    return static_cast<std::uint32_t>(step_);
  }
  [[nodiscard]] const conversion_step& step() const { return row_.steps.at(step_); }
  /// A look at a step without progress. It may be in flight, so this never makes a new attempt: a
  /// slow bridge must not be written off by a timer.
  void look_again() noexcept;

  /// The route's word on the running step.
  [[nodiscard]] conversion_move heard(const step_news& news, timestamp now);
  /// How long the new attempt of a step that failed has to wait; zero for a first attempt.
  [[nodiscard]] std::chrono::milliseconds pause() const noexcept;
  /// The running step failed too often lately: no new attempt before an operator says so.
  [[nodiscard]] bool awaits_operator() const noexcept;
  /// An operator's word, given at `at`: failures until then count no more. True when some did.
  bool forgive(timestamp at);

  /// The first step whose proof a reorganisation may still undo.
  [[nodiscard]] std::optional<std::size_t> first_by_depth() const noexcept;
  /// What to ask of the running step.
  [[nodiscard]] step_wish wish() const noexcept;
  /// Its proof is `finalized`.
  void settle(std::size_t step) noexcept { row_.steps.at(step).by_depth = false; }
  /// Its proof is on the chain no more: it is in flight again, as the same attempt, and what came
  /// after it waits for it. Nothing of them is sent twice: their operations keep their names. From
  /// now on only what is `finalized` counts for any of them.
  void undo(std::size_t step, timestamp now);

  /// What arrived, by the last receipt. The difference to the amount put in is the loss; a route
  /// that pays a premium makes it negative.
  [[nodiscard]] usdc received() const noexcept;

 private:
  void start_step(timestamp now);

  conversion row_;
  limits limits_;
  std::size_t step_ = 0;
};

}  // namespace headroom
