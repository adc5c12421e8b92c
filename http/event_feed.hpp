#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "http/exchange.hpp"

namespace headroom::http {

/// Brings news to the hub: one reader for all streams, whatever their number. The books' events are
/// asked for by the number of the last one, so none is lost or told twice over any restart; the
/// buffer when what it could pay has changed; prices that somebody wants to hear, in turn; alerts
/// that began or ended since the last look. Ticked by one thread; answers come on the actors'
/// threads.
class event_feed {
 public:
  using clock = actor_bridge::clock;

  explicit event_feed(front& to) : to_{to} {}

  void tick(clock::time_point now);

  static constexpr std::uint32_t most_events_at_once = 1'000;
  /// A second: each may be a read of the venue, whose 50 a second (book_reads_per_second) are for
  /// whoever wants a quote first.
  static constexpr std::size_t most_prices_at_once = 20;

 private:
  void ask_events(clock::time_point now);
  void ask_buffer(clock::time_point now);
  void ask_prices(clock::time_point now);
  void ask_flows(clock::time_point now);
  void look_at_alerts(clock::time_point now);

  front& to_;
  std::atomic<bool> asking_events_{false};
  std::atomic<bool> asking_buffer_{false};
  std::optional<usdc> told_buffer_;  // what it could pay when it was told last; not while asking
  std::size_t next_price_ = 0;
  clock::time_point next_buffer_{};
  clock::time_point next_prices_{};
  clock::time_point next_flows_{};
  clock::time_point next_alerts_{};
  struct told_alert {
    timestamp since;
    bool lasts = false;
  };
  std::map<std::string, told_alert> told_alerts_;  // by kind and subject
};

}  // namespace headroom::http
