#include <set>

#include "actors/work_switches.hpp"
#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/operator_documents.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

/// What may be asked for, and how far its points are apart: at most 361 of them.
struct shown_range {
  std::string_view name;
  std::uint32_t seconds;
  std::uint32_t step_seconds;
};
constexpr shown_range ranges[] = {
    {"1h", 3'600, 60}, {"24h", 86'400, 300}, {"7d", 604'800, 1'800}, {"30d", 2'592'000, 7'200}};

const shown_range& range_in(const query_fields& query) {
  const auto wanted = query.text("range").value_or("24h");
  for (const auto& r : ranges)
    if (r.name == wanted) return r;
  throw bad_field("range", "must be 1h, 24h, 7d or 30d");
}

/// Columns, each as long as `t`: a third of the bytes that as many objects would take.
json series_document(const std::vector<buffer_point>& points, std::uint32_t step_seconds) {
  const auto column = [&](auto value) { return list_of(points, value); };
  return object({
      {"step_seconds", step_seconds},
      {"t", column([](const auto& p) { return json(p.at.us / 1'000'000); })},
      {"balance", column([](const auto& p) { return value_of(p.balance); })},
      {"lowest", column([](const auto& p) { return value_of(p.lowest); })},
      {"in", column([](const auto& p) { return value_if(p.has_flows, p.came); })},
      {"out", column([](const auto& p) { return value_if(p.has_flows, p.went); })},
      {"bets", column([](const auto& p) { return value_if(p.has_flows, p.bets); })},
  });
}

json forecast_at(const buffer_forecast& f, const std::vector<awaited_money>& arrivals,
                 timestamp now) {
  const auto when = [&](std::int64_t seconds) {
    const bool ever = seconds != buffer_forecast::never;
    return value_if(ever, now.plus(std::chrono::seconds{ever ? seconds : 0}));
  };
  auto awaited = list_of(arrivals, [](const awaited_money& a) {
    return object({{"conversion_id", a.id.text()}, {"amount", a.amount}, {"eta", a.at}});
  });
  return object({
      {"outflow_per_hour", value_if(f.measured, f.out_per_hour)},
      {"inflow_per_hour", usdc{f.arrived_day.micro / 24}},
      {"arrivals", std::move(awaited)},
      {"low_at", when(f.seconds_to_low)},
      {"empty_at", when(f.seconds_to_empty)},
  });
}

json solvency_document(const solvency& s) {
  return object({
      {"solvent", value_if(s.checked, s.solvent)},
      {"difference", s.difference},
      {"shortfall", value_if(s.onchain_known, s.shortfall)},
      {"insolvent_since", s.insolvent_since},
      {"checked_at", s.at},
  });
}

json moving_document(const std::vector<moving_money>& all, timestamp now) {
  usdc amount;
  std::set<conversion_id> ids;  // one may have its money in several places
  for (const auto& m : all) {
    amount = add_saturating(amount, m.amount);
    ids.insert(m.id);
  }
  const auto oldest = all.empty() ? 0 : (now.us - all.front().since.us) / 1'000'000;
  return object({
      {"in_flight", ids.size()},
      {"amount", amount},
      {"oldest_seconds", value_if(!all.empty(), std::max<std::int64_t>(oldest, 0))},
  });
}

json latency_document(const request_metrics& metrics) {
  const auto milliseconds = [](std::int64_t us) { return value_if(us > 0, ratio(us * 1'000)); };
  return list_of(metrics.times(), [&](const request_metrics::route_times& r) {
    return object({
        {"method", r.route.method},
        {"route", r.route.pattern},
        {"requests", r.requests},
        {"p50_ms", milliseconds(r.p50_us)},
        {"p99_ms", milliseconds(r.p99_us)},
    });
  });
}

/// Null: not known yet.
json paused_document(const actors::gauges& gauges) {
  using word = actors::withdrawal_gauge::word;
  const auto& switches = gauges.switches();
  const auto withdrawals = gauges.withdrawals().look();
  return object({
      {"bets", switches.paused(pausable::bets)},
      {"deposits", switches.paused(pausable::deposits)},
      {"conversions", switches.paused(pausable::conversions)},
      {"withdrawals", value_if(withdrawals != word::unknown, withdrawals == word::paused)},
  });
}

json lasting_alerts(const actors::alert_board& board) {
  auto all = board.list();
  std::erase_if(all, [](const actors::alert& a) { return !a.lasts; });
  return list_of(all, alert_document);
}

}  // namespace

/// The house at one look. What the audit cannot say now is null; without the buffer or the books
/// there is nothing to look at.
task<> get_overview(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"range"}};
  const auto& range = range_in(query);
  auto& dir = x.services().dir;
  const auto now = x.services().now();
  const course_filter wanted{now, range.seconds, range.step_seconds};
  auto course = ask<buffer_course>(x, records_of(x), wanted);
  auto audited = ask<actors::solvency_report>(x, dir.handles.get<actors::audit_actor>(),
                                              actors::get_atom::value);
  auto buffer =
      ask<buffer_status>(x, dir.handles.get<actors::buffer_actor>(), actors::get_atom::value);
  const auto status = or_refuse(co_await buffer);
  const auto history = or_refuse(co_await course);
  const auto report = co_await audited;
  x.reply_json(to_text(object({
      {"as_of", now},
      {"range", range.name},
      {"buffer", buffer_document(status)},
      {"series", series_document(history.points, range.step_seconds)},
      {"forecast", forecast_at(status.forecast, history.arrivals, now)},
      {"solvency", report ? solvency_document(report->verdict) : json()},
      {"conversions", report ? moving_document(report->books.moving, now) : json()},
      {"latency", latency_document(x.shared().metrics)},
      {"alerts", lasting_alerts(dir.gauges.alerts())},
      {"paused", paused_document(dir.gauges)},
  })));
}

}  // namespace headroom::http
