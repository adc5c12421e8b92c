#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "actors/noted_message.hpp"

namespace headroom::actors {

/// A histogram of microseconds, in powers of two: bucket n holds what is below 2^n (and not below
/// the half of it), the last one everything from 8.4 s on. Plain.
struct times_seen {
  static constexpr std::size_t buckets = 25;

  std::array<std::uint64_t, buckets> counts{};
  std::uint64_t total = 0;
  std::uint64_t total_us = 0;
  std::uint64_t max_us = 0;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t us) noexcept {
    const auto n = static_cast<std::size_t>(std::bit_width(us));
    return n < buckets ? n : buckets - 1;
  }
  void add(std::uint64_t us) noexcept {
    ++counts[bucket_of(us)];
    ++total;
    total_us += us;
    if (us > max_us) max_us = us;
  }
  /// What `share` of them (0 to 1) did not exceed, as far as buckets tell; never above the longest.
  [[nodiscard]] std::uint64_t percentile_us(double share) const noexcept;
};

/// The times of one message type: in handlers and in the mailbox.
struct type_times {
  message_type type{};
  times_seen took;
  times_seen waited;
};

/// The same, written by any thread and read by any: relaxed atomics, a stripe for each of four
/// threads.
class handler_times {
 public:
  void record(std::size_t thread, std::uint64_t took_us, std::uint32_t wait_us) noexcept {
    auto& s = stripes_[thread % stripes];
    s.took.add(took_us);
    if (wait_us != unknown_wait) s.waited.add(wait_us);
  }
  void sum(type_times& out) const noexcept;

 private:
  static constexpr std::size_t stripes = 4;
  struct histogram {
    std::array<std::atomic<std::uint64_t>, times_seen::buckets> counts{};
    std::atomic<std::uint64_t> total_us{0};
    std::atomic<std::uint64_t> max_us{0};

    void add(std::uint64_t us) noexcept {
      counts[times_seen::bucket_of(us)].fetch_add(1, std::memory_order_relaxed);
      total_us.fetch_add(us, std::memory_order_relaxed);
      if (us > max_us.load(std::memory_order_relaxed)) max_us.store(us, std::memory_order_relaxed);
    }
    void add_to(times_seen& out) const noexcept;
  };
  struct alignas(64) stripe {
    histogram took;
    histogram waited;
  };
  std::array<stripe, stripes> stripes_;
};

}  // namespace headroom::actors
