#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace headroom::actors {

/// Upper bounds of the buckets that every latency is counted in.
inline constexpr std::array<std::int64_t, 16> latency_bounds_us{
    100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

/// The bucket of a time; the last one is for what no bound holds.
[[nodiscard]] inline std::size_t latency_bucket(std::chrono::microseconds took) noexcept {
  const auto* bound =
      std::lower_bound(latency_bounds_us.begin(), latency_bounds_us.end(), took.count());
  return static_cast<std::size_t>(bound - latency_bounds_us.begin());
}

/// A histogram that any thread writes and any thread reads: relaxed atomics, no lock. What is read
/// while it is written may lack the newest.
class latency_histogram {
 public:
  static constexpr std::size_t buckets = latency_bounds_us.size() + 1;

  void record(std::chrono::microseconds took) noexcept {
    counts_[latency_bucket(took)].fetch_add(1, std::memory_order_relaxed);
    total_us_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count())),
                        std::memory_order_relaxed);
  }
  /// Not cumulative.
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const noexcept {
    return counts_[bucket].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total_us() const noexcept {
    return total_us_.load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
  std::atomic<std::uint64_t> total_us_{0};
};

/// Measures from its making to its end.
class stopwatch {
 public:
  explicit stopwatch(latency_histogram& into) noexcept : into_{into} {}
  ~stopwatch() {
    into_.record(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start_));
  }
  stopwatch(const stopwatch&) = delete;
  stopwatch& operator=(const stopwatch&) = delete;

 private:
  latency_histogram& into_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace headroom::actors
