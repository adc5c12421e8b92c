#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "actors/channel_gauge.hpp"
#include "actors/credit_holds.hpp"
#include "actors/open_orders.hpp"
#include "actors/settlement_gauge.hpp"
#include "actors/turns_gauge.hpp"
#include "actors/venue_gauge.hpp"
#include "actors/withdrawal_gauge.hpp"
#include "domain/money.hpp"

namespace headroom::actors {

class alert_board;
class house_counters;
class log_limit;
class work_switches;

/// What one part of the house writes and everybody reads without asking anyone. Thread-safe.
class gauges {
 public:
  gauges();
  ~gauges();

  /// What a human should know (actors/alerts.hpp).
  [[nodiscard]] alert_board& alerts() const noexcept { return *alerts_; }
  /// Keeps lines apart that many actors would write for one cause (actors/log_limit.hpp).
  [[nodiscard]] log_limit& lines() const noexcept { return *lines_; }
  /// What happened since the start (actors/house_counters.hpp).
  [[nodiscard]] house_counters& counters() const noexcept { return *counters_; }

  /// What operators have stopped (actors/work_switches.hpp).
  [[nodiscard]] work_switches& switches() const noexcept { return *switches_; }

  /// What the buffer could pay now; written by the buffer's owner alone. Nothing while there is no
  /// owner that has read the books.
  [[nodiscard]] std::optional<usdc> buffer_available() const noexcept {
    const auto micro = buffer_available_.load(std::memory_order_acquire);
    if (micro == buffer_unknown) return std::nullopt;
    return usdc{micro};
  }
  void publish_buffer_available(usdc amount) noexcept {
    buffer_available_.store(amount.micro, std::memory_order_release);
  }
  void forget_buffer_available() noexcept { buffer_available_.store(buffer_unknown); }

  /// Orders without an end, by state and age (actors/open_orders.hpp).
  [[nodiscard]] actors::open_orders& open_orders() noexcept { return open_orders_; }
  [[nodiscard]] const actors::open_orders& open_orders() const noexcept { return open_orders_; }

  /// Whether the venue takes bets now; written by the venue's actor alone.
  [[nodiscard]] venue_gauge& venue_state() noexcept { return venue_state_; }
  [[nodiscard]] const venue_gauge& venue_state() const noexcept { return venue_state_; }

  /// Orders that wait for their turn at the venue.
  [[nodiscard]] turns_gauge& turns() noexcept { return turns_; }
  [[nodiscard]] const turns_gauge& turns() const noexcept { return turns_; }

  /// The web sockets to the venue.
  [[nodiscard]] channel_gauge& channel() noexcept { return channel_; }
  [[nodiscard]] const channel_gauge& channel() const noexcept { return channel_; }
  /// Sources whose deposits wait for their credit.
  [[nodiscard]] actors::credit_holds& credit_holds() noexcept { return credit_holds_; }
  [[nodiscard]] const actors::credit_holds& credit_holds() const noexcept { return credit_holds_; }
  /// How the settlements of resolved markets stand.
  [[nodiscard]] settlement_gauge& settlements() noexcept { return settlements_; }
  [[nodiscard]] const settlement_gauge& settlements() const noexcept { return settlements_; }
  /// Whether withdrawals go on.
  [[nodiscard]] withdrawal_gauge& withdrawals() noexcept { return withdrawals_; }
  [[nodiscard]] const withdrawal_gauge& withdrawals() const noexcept { return withdrawals_; }

 private:
  static constexpr std::int64_t buffer_unknown = -1;

  std::unique_ptr<alert_board> alerts_;
  std::unique_ptr<log_limit> lines_;
  std::unique_ptr<house_counters> counters_;
  std::unique_ptr<work_switches> switches_;
  std::atomic<std::int64_t> buffer_available_{buffer_unknown};
  actors::open_orders open_orders_;
  venue_gauge venue_state_;
  turns_gauge turns_;
  channel_gauge channel_;
  settlement_gauge settlements_;
  withdrawal_gauge withdrawals_;
  actors::credit_holds credit_holds_;
};

}  // namespace headroom::actors
