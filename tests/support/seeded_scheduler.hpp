#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <random>

namespace headroom::test {

/// Actor system configuration under CAF's test scheduler: one thread, virtual time.
struct virtual_config : caf::actor_system_config {
  virtual_config() { set("scheduler.policy", caf::atom("testing")); }
};

/// Runs an actor system in a random but repeatable order: the seed decides which runnable actor
/// goes next and when a timer fires although actors could run.
class seeded_scheduler {
 public:
  seeded_scheduler(caf::actor_system& sys, std::uint64_t seed)
      : coordinator_{dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())},
        rng_{seed} {}

  /// One message of one actor, or the next timer. False when nothing is left.
  bool step() {
    auto& jobs = coordinator_.jobs;
    const bool timers = coordinator_.has_pending_timeout();
    if (jobs.empty() && !timers) return false;
    ++steps_;
    if (jobs.empty() || (timers && rng_() % 128 == 0)) {
      note(~std::uint64_t{0});
      coordinator_.trigger_timeout();
      return true;
    }
    const auto chosen = rng_() % jobs.size();
    std::swap(jobs.front(), jobs[chosen]);
    note(chosen * 1000 + jobs.size());
    coordinator_.try_run_once();
    return true;
  }

  /// Kills `actors` and lets the deaths be handled. An actor that awaits a response hears of it
  /// only after its timeout, so time passes too.
  void kill_all(const std::vector<caf::strong_actor_ptr>& actors) {
    for (const auto& a : actors)
      if (a) caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    coordinator_.run();
    coordinator_.advance_time(std::chrono::seconds{10});
    coordinator_.run();
  }

  [[nodiscard]] std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               coordinator_.clock().now().time_since_epoch())
        .count();
  }
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
  /// Equal for equal runs.
  [[nodiscard]] std::uint64_t trace() const noexcept { return trace_; }
  std::mt19937_64& rng() noexcept { return rng_; }

 private:
  void note(std::uint64_t x) noexcept { trace_ = (trace_ ^ x) * 0x100000001b3ULL; }

  caf::scheduler::test_coordinator& coordinator_;
  std::mt19937_64 rng_;
  std::uint64_t steps_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325ULL;
};

}  // namespace headroom::test
