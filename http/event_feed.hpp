#pragma once

#include <atomic>
#include <optional>

#include "http/exchange.hpp"

namespace headroom::http {

/// Brings news to the hub: one reader for all streams, whatever their number. The books' events are
/// asked for by the number of the last one, so none is lost or told twice over any restart; the
/// buffer when what it could pay has changed; prices that somebody wants to hear, in turn. Ticked
/// by one thread; answers come on the actors' threads.
class event_feed {
 public:
  using clock = actor_bridge::clock;

  explicit event_feed(front& to) : to_{to} {}

  void tick(clock::time_point now);

  static constexpr std::uint32_t most_events_at_once = 1'000;
  static constexpr std::size_t most_prices_at_once = 50;  // a second

 private:
  void ask_events(clock::time_point now);
  void ask_buffer(clock::time_point now);
  void ask_prices(clock::time_point now);
  void ask_flows(clock::time_point now);

  front& to_;
  std::atomic<bool> asking_events_{false};
  std::atomic<bool> asking_buffer_{false};
  std::atomic<bool> buffer_untold_{false};  // nobody answered: told_buffer_ was not told
  std::optional<usdc> told_buffer_;         // what it could pay when it was told last
  std::size_t next_price_ = 0;
  clock::time_point next_buffer_{};
  clock::time_point next_prices_{};
  clock::time_point next_flows_{};
};

}  // namespace headroom::http
