#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headroom::actors {

/// Why no bet at all can be placed now. One market's trouble is none of these.
enum class venue_stop : std::uint8_t {
  none = 0,
  silent = 1,       // it has never answered since we started
  version = 2,      // it speaks another version of its protocol
  account = 3,      // it takes nothing from our account: banned, closed only, region, maker
  credentials = 4,  // it has not accepted our API key for minutes
  waiting = 5,      // it asked to wait, for longer than a moment
};
inline constexpr venue_stop venue_stops[] = {venue_stop::silent, venue_stop::version,
                                             venue_stop::account, venue_stop::credentials,
                                             venue_stop::waiting};
/// Our own words, fit for a user: never the venue's.
[[nodiscard]] std::string_view sentence_of(venue_stop why) noexcept;
/// For metrics: "account".
[[nodiscard]] std::string_view to_string(venue_stop why) noexcept;

/// What the venue's actor shows of its state to the hot paths, which do not ask it. One writer, any
/// number of readers.
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

  void show(const view& v) noexcept {
    until_.store(v.until.time_since_epoch().count(), std::memory_order_relaxed);
    why_.store(v.why, std::memory_order_release);
  }
  [[nodiscard]] view look() const noexcept {
    const auto why = why_.load(std::memory_order_acquire);
    return {why, time_point{time_point::duration{until_.load(std::memory_order_relaxed)}}};
  }
  [[nodiscard]] bool takes_bets() const noexcept {
    return why_.load(std::memory_order_acquire) == venue_stop::none;
  }

  /// Markets whose orders the venue refuses as such; the others go on.
  void show_stopped_markets(std::size_t count) noexcept { stopped_markets_.store(count); }
  [[nodiscard]] std::size_t stopped_markets() const noexcept { return stopped_markets_.load(); }

 private:
  std::atomic<venue_stop> why_{venue_stop::none};
  std::atomic<time_point::rep> until_{0};
  std::atomic<std::size_t> stopped_markets_{0};
};

}  // namespace headroom::actors
