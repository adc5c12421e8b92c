#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace headroom::net {

/// Whether this process may act for the house now. A process alone always may. A node among others
/// (docs/decisions/0048) believes itself until a moment that each answered heartbeat moves on, so a
/// node that was frozen or cut off holds still before others take its place. Whatever can be seen
/// or felt outside asks first: http_client before it writes anything but a GET, the HTTP front
/// before it answers. Any thread.
class lease {
 public:
  /// Since the machine's start, its sleep included (CLOCK_BOOTTIME): a clock that goes on while
  /// this process is frozen, and that nobody can set.
  using instant = std::chrono::nanoseconds;
  [[nodiscard]] static instant now() noexcept;

  /// The one that everybody in this process asks.
  [[nodiscard]] static lease& of_process() noexcept;

  [[nodiscard]] bool holds() const noexcept {
    return until_.load(std::memory_order_relaxed) == for_ever || holds_at(now());
  }
  [[nodiscard]] bool holds_at(instant t) const noexcept {
    return t.count() < until_.load(std::memory_order_relaxed);
  }

  /// Likewise, for the front: and everything that answers is there.
  [[nodiscard]] bool serves() const noexcept {
    return furnished_.load(std::memory_order_acquire) && holds();
  }

  /// From here on it holds only as far as extend() says, and nothing is there yet.
  void limit() noexcept {
    furnished_.store(false);
    until_.store(0);
  }
  void furnished() noexcept { furnished_.store(true, std::memory_order_release); }
  /// Until then, if that is later; for nothing once it has ended.
  void extend(instant until) noexcept;
  /// For good: others have taken this node's place, or it has left.
  void end() noexcept { until_.store(over); }
  /// As at the start. For tests.
  void lift() noexcept {
    until_.store(for_ever);
    furnished_.store(true);
  }

  /// Why it does not hold, for people: "node-1 serves".
  void explain(std::string why);
  [[nodiscard]] std::string why() const;

 private:
  static constexpr std::int64_t for_ever = INT64_MAX;
  static constexpr std::int64_t over = -1;

  std::atomic<std::int64_t> until_{for_ever};
  std::atomic<bool> furnished_{true};
  mutable std::mutex mutex_;
  std::string why_;
};

}  // namespace headroom::net
