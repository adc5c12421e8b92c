#pragma once

#include <atomic>
#include <cstdint>

#include "domain/time.hpp"

namespace headroom::actors {

/// How settlements stand, for /metrics; written by their actor alone. Thread-safe.
class settlement_gauge {
 public:
  void show_open(std::uint64_t count, timestamp oldest) noexcept {
    oldest_us_.store(oldest.us, std::memory_order_relaxed);
    open_.store(count, std::memory_order_release);
  }
  /// One was closed: how long after its resolution was seen.
  void show_lag(std::int64_t us) noexcept { lag_us_.store(us, std::memory_order_relaxed); }

  /// Conditions that are resolved and not paid out.
  [[nodiscard]] std::uint64_t open() const noexcept {
    return open_.load(std::memory_order_acquire);
  }
  /// When the oldest of them was seen to be resolved; not set when there is none.
  [[nodiscard]] timestamp oldest() const noexcept {
    return {oldest_us_.load(std::memory_order_relaxed)};
  }
  /// Of the last one that was closed, in microseconds; 0: none yet.
  [[nodiscard]] std::int64_t lag_us() const noexcept {
    return lag_us_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::int64_t> oldest_us_{0};
  std::atomic<std::int64_t> lag_us_{0};
};

}  // namespace headroom::actors
