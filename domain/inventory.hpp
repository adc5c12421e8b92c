#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "domain/money.hpp"
#include "domain/time.hpp"

/// How the buffer stands against what it will be asked for: marks, measured outflow, forecast.
namespace headroom {

struct buffer_row;

/// Zero: follows from the buffer's own limits (marks_of).
struct inventory_marks {
  usdc low;     // below it the buffer is low
  usdc target;  // below it money is wanted soon
  usdc high;    // from it on nothing is urgent
};

/// Of a running conversion, by the quote it was opened on.
struct expected_arrival {
  usdc amount;
  timestamp at;
};

/// What left the buffer less what came back, by the books: bets, withdrawals, sales, payouts. What
/// operators and conversions brought is not in it. Below zero: more came back.
struct buffer_flows {
  usdc out_hour;                  // in the last hour, or in as much of it as is on record
  std::int64_t hour_seconds = 0;  // how much that is; zero: unknown
  usdc out_day;                   // likewise of the last day
  std::int64_t day_seconds = 0;
  std::vector<expected_arrival> arrivals{};
  usdc arrived_day{};  // by conversions, in the last day
};

enum class buffer_level : std::uint8_t {
  unknown = 0,
  low = 1,
  below_target = 2,
  fine = 3,
  high = 4
};
[[nodiscard]] std::string_view to_string(buffer_level l) noexcept;

/// At the measured outflow, with the arrivals that are expected.
struct buffer_forecast {
  static constexpr std::int64_t never = -1;

  inventory_marks marks{};
  buffer_level level = buffer_level::unknown;
  bool measured = false;  // else there is no outflow on record yet
  usdc out_per_hour{};    // the larger of the two windows'; never below zero
  usdc out_day{};
  usdc arriving{};     // by running conversions
  usdc arrived_day{};  // by completed ones, in the last day
  std::int64_t seconds_to_low = never;
  std::int64_t seconds_to_empty = never;
  std::uint32_t slowest_seconds = 0;  // of the routes that may be taken
  usdc recommended_by_outflow{};      // what flows out while the slowest route is under way
};

/// Marks that are not set follow: low is the buffer's minimum; target the larger of low and
/// `recommended`; high twice the target, at most the buffer's maximum. Always low <= target <=
/// high.
[[nodiscard]] inventory_marks marks_of(const inventory_marks& set, const buffer_row& row,
                                       usdc recommended) noexcept;

[[nodiscard]] buffer_level level_of(usdc balance, const inventory_marks& m) noexcept;

/// @param available  what the buffer can pay now.
/// @param slowest_seconds  of the routes that may be taken; zero: unknown.
[[nodiscard]] buffer_forecast forecast_of(usdc available, const inventory_marks& m,
                                          const buffer_flows& flows, std::uint32_t slowest_seconds,
                                          timestamp now);

/// How much a conversion is needed.
enum class money_need : std::uint8_t {
  usual = 0,
  soon = 1,    // below its target
  at_once = 2  // low, or low before the slowest route could bring anything
};
[[nodiscard]] money_need need_of(const buffer_forecast& f) noexcept;

/// How long money may be under way: what is low wants it at once, what is high waits as long as it
/// takes (buffer_forecast::never: no bound), between them it should be here before the buffer is
/// low.
[[nodiscard]] std::int64_t seconds_allowed(const buffer_forecast& f) noexcept;

}  // namespace headroom
