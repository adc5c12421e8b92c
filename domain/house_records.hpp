#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/reports.hpp"

/// What operators read of the books: how the buffer came to where it is, who did what, and which
/// markets are not paid out.
namespace headroom {

/// A stretch of the buffer's history, by the clock and ending at its last row. What came and
/// went is exact by the books' totals, also over a time when nobody was there to note it.
struct buffer_point {
  timestamp at;
  usdc balance;            // at its end
  usdc lowest;             // in between, as far as it was seen
  bool has_flows = false;  // else there is nothing before it to compare with
  usdc came;               // conversions, replenishments, sales, payouts
  usdc went;               // bets and withdrawals less refunds: below zero when more came back
  std::int64_t bets = 0;   // taken in between
};

/// A running conversion's money, by its quote: an estimate.
struct awaited_money {
  conversion_id id;
  usdc amount;
  timestamp at;
};

/// Which history: of the last `seconds` before `until`, a point for each stretch of `step_seconds`.
struct course_filter {
  timestamp until;
  std::uint32_t seconds = 86'400;
  std::uint32_t step_seconds = 300;
};

struct buffer_course {
  std::vector<buffer_point> points;     // the oldest first
  std::vector<awaited_money> arrivals;  // the first 50 of those that are expected
};

/// A line of `operator_actions`: who did what to what.
struct operator_deed {
  std::int64_t id = 0;
  timestamp at;
  std::string by;
  std::string action;
  std::string target;
  std::vector<std::pair<std::string, std::string>> detail{};  // names and plain texts
};

/// The newest first; `before` is the id of the last one seen, 0: none was.
struct deed_filter {
  std::int64_t before = 0;
  std::uint32_t limit = 50;  // 1 to 200
};

struct deed_page {
  std::vector<operator_deed> deeds;
  std::int64_t next_before = 0;  // 0 on the last page
};

/// Resolved markets that are not paid out, the oldest first.
struct unsettled_markets {
  std::int64_t total = 0;
  std::vector<settlement_view> oldest{};  // at most as many as were asked for
};

}  // namespace headroom
