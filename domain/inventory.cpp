#include "domain/inventory.hpp"

#include <algorithm>

#include "domain/records.hpp"

namespace headroom {
namespace {

constexpr std::int64_t hour = 3'600;

/// Rounded up: what is needed is never understated.
usdc per_hour(usdc amount, std::int64_t seconds) noexcept {
  if (seconds <= 0 || !amount.is_positive()) return {};
  return {mul_div_ceil(amount.micro, hour, seconds).value_or(INT64_MAX)};
}

/// Until `amount` has flowed out, rounded down; never when nothing flows.
std::int64_t seconds_for(usdc amount, usdc rate) noexcept {
  if (!rate.is_positive()) return buffer_forecast::never;
  return mul_div_floor(amount.micro, hour, rate.micro).value_or(INT64_MAX);
}

/// Seconds until `level` falls to `mark`. An arrival that is overdue is not counted: nobody knows
/// when it comes.
std::int64_t until(usdc mark, usdc level, usdc rate, const std::vector<expected_arrival>& arrivals,
                   timestamp now) {
  if (level < mark) return 0;
  if (!rate.is_positive()) return buffer_forecast::never;
  std::int64_t at = 0;
  for (const auto& a : arrivals) {
    if (a.at <= now) continue;
    const auto then = (a.at.us - now.us) / 1'000'000;
    const auto left = seconds_for(sub_saturating(level, mark), rate);
    if (left < then - at) return at + left;
    const auto gone = mul_div_ceil(rate.micro, then - at, hour).value_or(INT64_MAX);
    level = add_saturating(sub_saturating(level, {gone}), a.amount);
    at = then;
    if (level < mark) return at;
  }
  const auto left = seconds_for(sub_saturating(level, mark), rate);
  return left > INT64_MAX - at ? INT64_MAX : at + left;
}

}  // namespace

std::string_view to_string(buffer_level l) noexcept {
  switch (l) {
    case buffer_level::unknown: return "unknown";
    case buffer_level::low: return "low";
    case buffer_level::below_target: return "below_target";
    case buffer_level::fine: return "fine";
    case buffer_level::high: return "high";
  }
  return "unknown";
}

inventory_marks marks_of(const inventory_marks& set, const buffer_row& row,
                         usdc recommended) noexcept {
  inventory_marks out;
  out.low = set.low.is_positive() ? set.low : row.min_size;
  out.target = std::max(out.low, set.target.is_positive() ? set.target : recommended);
  auto high = set.high;
  if (!high.is_positive()) {
    high = add_saturating(out.target, out.target);
    if (row.has_max) high = std::min(high, row.max_size);
  }
  out.high = std::max(out.target, high);
  return out;
}

buffer_level level_of(usdc balance, const inventory_marks& m) noexcept {
  if (balance < m.low) return buffer_level::low;
  if (balance >= m.high) return buffer_level::high;
  return balance < m.target ? buffer_level::below_target : buffer_level::fine;
}

buffer_forecast forecast_of(usdc available, const inventory_marks& m, const buffer_flows& flows,
                            std::uint32_t slowest_seconds, timestamp now) {
  buffer_forecast out;
  out.marks = m;
  out.level = level_of(available, m);
  out.measured = flows.hour_seconds > 0 || flows.day_seconds > 0;
  out.out_per_hour = std::max(per_hour(flows.out_hour, flows.hour_seconds),
                              per_hour(flows.out_day, flows.day_seconds));
  out.out_day = flows.out_day;
  out.arrived_day = flows.arrived_day;
  auto arrivals = flows.arrivals;
  std::sort(arrivals.begin(), arrivals.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
  for (const auto& a : arrivals) out.arriving = add_saturating(out.arriving, a.amount);
  out.seconds_to_low = until(m.low, available, out.out_per_hour, arrivals, now);
  out.seconds_to_empty = until({}, available, out.out_per_hour, arrivals, now);
  out.slowest_seconds = slowest_seconds;
  out.recommended_by_outflow = {
      mul_div_ceil(out.out_per_hour.micro, slowest_seconds, hour).value_or(INT64_MAX)};
  return out;
}

money_need need_of(const buffer_forecast& f) noexcept {
  if (f.level == buffer_level::low) return money_need::at_once;
  if (f.seconds_to_low != buffer_forecast::never && f.seconds_to_low <= f.slowest_seconds)
    return money_need::at_once;
  return f.level == buffer_level::below_target ? money_need::soon : money_need::usual;
}

std::int64_t seconds_allowed(const buffer_forecast& f) noexcept {
  switch (f.level) {
    case buffer_level::low: return 0;
    case buffer_level::high:
    case buffer_level::unknown: return buffer_forecast::never;
    case buffer_level::below_target:
    case buffer_level::fine: return f.seconds_to_low;
  }
  return buffer_forecast::never;
}

}  // namespace headroom
