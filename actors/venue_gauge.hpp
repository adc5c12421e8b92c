#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace headroom::actors {

/// Why no bet at all can be placed now. One market's trouble is none of these.
enum class venue_stop : std::uint8_t {
  none = 0,
  silent = 1,       // it has never answered since we started
  version = 2,      // it speaks another version of its protocol
  account = 3,      // it takes nothing from our account: banned, closed only, region, maker
  credentials = 4,  // it has not accepted our API key for minutes
  waiting = 5,      // it asked to wait, for longer than a moment
  approvals = 6,    // our own self-test: an account of ours is not ready on its chain
};
inline constexpr venue_stop venue_stops[] = {venue_stop::silent,  venue_stop::version,
                                             venue_stop::account, venue_stop::credentials,
                                             venue_stop::waiting, venue_stop::approvals};
/// Our own words, fit for a user: never the venue's.
[[nodiscard]] std::string_view sentence_of(venue_stop why) noexcept;
/// For metrics: "account".
[[nodiscard]] std::string_view to_string(venue_stop why) noexcept;

/// What the venue's actor shows of its state to the hot paths, which do not ask it, and beside it
/// the word of the keeper of our accounts. Each has one writer; any number of readers.
class venue_gauge {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  struct view {
    venue_stop why = venue_stop::none;
    time_point until{};

    /// What is left of the stop, at least a second: a Retry-After.
    [[nodiscard]] std::chrono::seconds left(time_point now) const noexcept {
      const auto wait = std::chrono::ceil<std::chrono::seconds>(until - now);
      return std::max(wait, std::chrono::seconds{1});
    }
  };

  /// The venue's own word, by its actor.
  void show(const view& v) noexcept { venue_.put(v); }
  /// Whether our accounts are ready, by their keeper; `reason` is for the operator.
  void show_accounts(const view& v, std::string reason) {
    {
      const std::lock_guard lock{mutex_};
      accounts_reason_ = std::move(reason);
    }
    accounts_.put(v);
    accounts_shown_.store(true, std::memory_order_release);
  }
  [[nodiscard]] view accounts() const noexcept { return accounts_.get(); }
  [[nodiscard]] std::string accounts_reason() const {
    const std::lock_guard lock{mutex_};
    return accounts_reason_;
  }
  /// Whether their keeper has ever said anything in this process.
  [[nodiscard]] bool accounts_shown() const noexcept { return accounts_shown_.load(); }

  /// What closes it: the venue's own reason first.
  [[nodiscard]] view look() const noexcept {
    const auto v = venue_.get();
    return v.why == venue_stop::none ? accounts_.get() : v;
  }
  [[nodiscard]] bool takes_bets() const noexcept { return look().why == venue_stop::none; }

  /// Markets whose orders the venue refuses as such; the others go on.
  void show_stopped_markets(std::size_t count) noexcept { stopped_markets_.store(count); }
  [[nodiscard]] std::size_t stopped_markets() const noexcept { return stopped_markets_.load(); }

  /// What may be read of orders and trades: one budget for all accounts and API keys, because the
  /// venue counts by our address.
  struct read_budget {
    double left = 0;  // at `at`; it comes back by itself
    double per_second = 0;
    double most = 0;          // at once; zero: nothing was shown yet
    std::size_t waiting = 0;  // reads that have no place in it
    time_point at{};

    [[nodiscard]] double left_at(time_point now) const noexcept {
      const std::chrono::duration<double> passed = now - at;
      return std::min(most, left + std::max(passed.count(), 0.0) * per_second);
    }
  };
  void show_reads(const read_budget& b) {
    const std::lock_guard lock{mutex_};
    reads_ = b;
  }
  [[nodiscard]] read_budget reads() const {
    const std::lock_guard lock{mutex_};
    return reads_;
  }
  /// Sent within it, whatever became of them.
  void count_read() noexcept { reads_sent_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t reads_sent() const noexcept {
    return reads_sent_.load(std::memory_order_relaxed);
  }

 private:
  /// The time is written first and read last: a reason never comes with the time of an older one.
  class shown {
   public:
    void put(const view& v) noexcept {
      until_.store(v.until.time_since_epoch().count(), std::memory_order_relaxed);
      why_.store(v.why, std::memory_order_release);
    }
    [[nodiscard]] view get() const noexcept {
      const auto why = why_.load(std::memory_order_acquire);
      return {why, time_point{time_point::duration{until_.load(std::memory_order_relaxed)}}};
    }

   private:
    std::atomic<venue_stop> why_{venue_stop::none};
    std::atomic<time_point::rep> until_{0};
  };

  shown venue_;
  shown accounts_;
  std::atomic<bool> accounts_shown_{false};
  mutable std::mutex mutex_;  // guards the text and the reads
  std::string accounts_reason_;
  read_budget reads_;
  std::atomic<std::uint64_t> reads_sent_{0};
  std::atomic<std::size_t> stopped_markets_{0};
};

}  // namespace headroom::actors
