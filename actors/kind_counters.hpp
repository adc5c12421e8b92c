#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/actors.hpp"
#include "actors/handler_times.hpp"

namespace headroom::actors {

/// Running totals of all actors of one kind, for whoever scrapes: reading them touches no actor and
/// walks over none. Written on every message by whatever thread, so each thread has a stripe of its
/// own (up to `stripes` threads); relaxed, for nothing is decided by them.
class kind_counters {
 public:
  explicit kind_counters(const char* name) : name_{name} {}
  kind_counters(const kind_counters&) = delete;
  kind_counters& operator=(const kind_counters&) = delete;

  void born() noexcept { live_.fetch_add(1, std::memory_order_relaxed); }
  void gone() noexcept { live_.fetch_sub(1, std::memory_order_relaxed); }
  void received() noexcept { mine().received.fetch_add(1, std::memory_order_relaxed); }
  void processed(std::uint64_t busy_ns) noexcept {
    auto& s = mine();
    s.processed.fetch_add(1, std::memory_order_relaxed);
    s.busy_ns.fetch_add(busy_ns, std::memory_order_relaxed);
  }
  /// Beside `processed`: of which type it was, and how long it had waited (or unknown_wait).
  void handled(message_type type, std::uint64_t took_us, std::uint32_t wait_us) noexcept {
    times_of(type).record(stripe_of_this_thread(), took_us, wait_us);
  }
  /// Messages that an ended actor had received and will never process. May be negative: a
  /// correction of what was said before.
  void lost(std::int64_t messages) noexcept {
    lost_.fetch_add(messages, std::memory_order_relaxed);
  }

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] kind_info sum() const;
  [[nodiscard]] std::uint64_t live() const noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, live_.load()));
  }
  /// The times of every message type that the kind has handled.
  [[nodiscard]] std::vector<type_times> times() const;

 private:
  struct alignas(64) stripe {
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> processed{0};
    std::atomic<std::uint64_t> busy_ns{0};
  };
  static constexpr std::size_t stripes = 8;

  [[nodiscard]] stripe& mine() noexcept { return stripes_[stripe_of_this_thread()]; }
  [[nodiscard]] static std::size_t stripe_of_this_thread() noexcept;
  [[nodiscard]] handler_times& times_of(message_type type) noexcept {
    auto* const times = times_[static_cast<std::size_t>(type)].load(std::memory_order_acquire);
    return times != nullptr ? *times : first_times_of(type);
  }
  [[nodiscard]] handler_times& first_times_of(message_type type);

  const char* name_;  // static lifetime
  std::atomic<std::int64_t> live_{0};
  std::atomic<std::int64_t> lost_{0};
  std::array<stripe, stripes> stripes_;
  std::array<std::atomic<handler_times*>, most_message_types> times_{};  // made once, for good
};

inline std::size_t kind_counters::stripe_of_this_thread() noexcept {
  static std::atomic<std::size_t> threads{0};
  static constinit thread_local std::size_t number = 0;  // 0: not given yet
  if (number == 0) number = 1 + threads.fetch_add(1, std::memory_order_relaxed) % stripes;
  return number - 1;
}

}  // namespace headroom::actors
