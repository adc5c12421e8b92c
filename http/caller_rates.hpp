#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/http_settings.hpp"

namespace headroom::http {

/// One caller's use of a rate: the generic cell rate algorithm (ITU-T I.371) in a single number,
/// the time at which everything asked so far would have come in step. Thread-safe without a lock.
class rate_bucket {
 public:
  using clock = std::chrono::steady_clock;

  /// Takes one. Nothing is waited for: zero when it was there, else how long until it will be.
  [[nodiscard]] clock::duration take(const rate& allowed, clock::time_point now) noexcept;
  /// Nothing that was taken counts any more.
  [[nodiscard]] bool is_full(clock::time_point now) const noexcept;

 private:
  std::atomic<clock::rep> due_{0};
};

/// The buckets of many callers. Bounded: buckets that are full again make room, and when none is,
/// a newcomer shares one with others.
class rate_table {
 public:
  explicit rate_table(rate allowed) noexcept : allowed_{allowed} {}

  [[nodiscard]] const rate& allowed() const noexcept { return allowed_; }
  [[nodiscard]] std::shared_ptr<rate_bucket> of(std::string_view caller,
                                                rate_bucket::clock::time_point now);
  [[nodiscard]] std::size_t size() const;

  static constexpr std::size_t most_callers = 64 * 1024;

 private:
  static constexpr std::size_t shards = 16;
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<rate_bucket>> buckets;
    std::shared_ptr<rate_bucket> shared = std::make_shared<rate_bucket>();
    rate_bucket::clock::time_point next_sweep{};
  };

  const rate allowed_;
  std::array<shard, shards> shards_;
};

}  // namespace headroom::http
