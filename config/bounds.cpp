#include "config/bounds.hpp"

#include <cstdio>

namespace headroom::config {
namespace {

using unit = bound::unit;

constexpr double second = 1'000;  // in milliseconds
constexpr double minute = 60 * second;
constexpr double hour = 60 * minute;
constexpr double day = 24 * hour;
constexpr double any_id = 9'007'199'254'740'991;  // 2^53 - 1, what JSON can say exactly
constexpr double dollar = 1'000'000;              // in micro-USDC
constexpr double whole_percent = 100;             // in basis points

double ms(milliseconds x) { return static_cast<double>(x.count()); }
double micro(usdc x) { return static_cast<double>(x.micro); }

using table = std::vector<bound>;

void add_http(table& out, const http_settings& h) {
  out.insert(out.end(), {
                            {"http.port", double(h.port), 0, 65'535},
                            {"http.threads", double(h.threads), 1, 64},
                            {"http.max_connections", double(h.max_connections), 1, 1'000'000},
                            {"http.max_in_flight", double(h.max_in_flight), 1, 1'000'000},
                            {"http.max_body", double(h.max_body), 1'024, 1'048'576},
                            {"http.request_timeout_ms", ms(h.request_timeout), 100, 10 * minute},
                            {"http.idle_timeout_ms", ms(h.idle_timeout), 100, hour},
                            {"http.header_timeout_ms", ms(h.header_timeout), 100, 10 * minute},
                            {"http.drain_timeout_ms", ms(h.drain_timeout), 0, 10 * minute},
                            {"http.key_rate", double(h.key_rate), 0, 10'000'000},
                            {"http.key_burst", double(h.key_burst), 1, 10'000'000},
                            {"http.signer_rate", double(h.signer_rate), 0, 10'000'000},
                            {"http.signer_burst", double(h.signer_burst), 1, 10'000'000},
                            {"http.refused_rate", double(h.refused_rate), 0, 1'000'000},
                            {"http.kept_refusals", double(h.kept_refusals), 1, 1'000'000},
                            {"http.refusals_kept_ms", ms(h.refusals_kept), minute, 30 * day},
                        });
}

void add_database(table& out, const database_settings& d) {
  out.insert(out.end(),
             {
                 {"database.connect_timeout_ms", ms(d.connect_timeout), second, minute},
                 {"database.statement_timeout_ms", ms(d.statement_timeout), 100, 10 * minute},
                 {"database.read_timeout_ms", ms(d.read_timeout), 100, 10 * minute},
                 {"database.writer_wait_ms", ms(d.writer_wait), 100, 10 * minute},
             });
}

/// Confirmations of none would credit what a reorganisation takes back; a tip above 10,000 gwei is
/// a slip of the finger.
void add_plasma(table& out, const chain_settings& c) {
  out.insert(out.end(), {
                            {"plasma.chain_id", double(c.chain_id), 1, any_id},
                            {"plasma.confirmations", double(c.confirmations), 1, 10'000},
                            {"plasma.rpc_timeout_ms", ms(c.rpc_timeout), 100, minute},
                            {"plasma.poll_ms", ms(c.poll), 10, minute},
                            {"plasma.bump_after_ms", ms(c.bump_after), second, hour},
                            {"plasma.min_tip_wei", double(c.min_tip_wei), 0, 1e13},
                            {"plasma.eid", double(c.eid), 0, 4'294'967'295},
                        });
}

void add_polygon(table& out, const chain_settings& c) {
  out.insert(out.end(), {
                            {"polygon.chain_id", double(c.chain_id), 1, any_id},
                            {"polygon.confirmations", double(c.confirmations), 1, 10'000},
                            {"polygon.rpc_timeout_ms", ms(c.rpc_timeout), 100, minute},
                            {"polygon.poll_ms", ms(c.poll), 10, minute},
                            {"polygon.bump_after_ms", ms(c.bump_after), second, hour},
                            {"polygon.min_tip_wei", double(c.min_tip_wei), 0, 1e13},
                            {"polygon.eid", double(c.eid), 0, 4'294'967'295},
                        });
}

void add_deposits(table& out, const deposits_settings& d) {
  out.insert(out.end(),
             {
                 {"deposits.max_timeout_seconds", double(d.max_timeout_seconds), 30, 3'600},
                 {"deposits.minimum", micro(d.minimum), 1, 1e6 * dollar, unit::amount},
                 {"deposits.maximum", micro(d.maximum), 1, 1e9 * dollar, unit::amount},
                 {"deposits.longest_window_seconds", double(d.longest_window.count()), 30, 86'400},
                 {"deposits.signature_gas", double(d.signature_gas), 50'000, 5'000'000},
                 {"deposits.checks_at_once", double(d.checks_at_once), 4, 1'000},
                 {"deposits.checks_per_second", d.checks_per_second, 1, 10'000, unit::fraction},
                 {"deposits.answer_ms", ms(d.answer), 0, minute},
             });
}

/// What a swap may lose is bounded twice: against its quote (slippage) and against one to one.
void add_conversion(table& out, const conversion_settings& c) {
  out.insert(
      out.end(),
      {
          {"conversion.pool_fee", double(c.pool_fee), 1, 100'000},
          {"conversion.slippage_bps", double(c.slippage_bps), 0, 5 * whole_percent},
          {"conversion.least_bps", double(c.least_bps), 90 * whole_percent, 100 * whole_percent},
          {"conversion.max_bridge_fee", double(c.max_bridge_fee), 1, 10'000},
          {"conversion.poll_ms", ms(c.poll), 10, minute},
          {"conversion.call_interval_ms", ms(c.call_interval), 10, 10 * minute},
          {"conversion.step_timeout_ms", ms(c.step_timeout), second, 10 * minute},
          {"conversion.stuck_after_seconds", double(c.stuck_after.count()), 1, 86'400},
          {"conversion.attempts", double(c.attempts), 1, 100},
          {"conversion.retry_ms", ms(c.retry), 100, 60 * minute},
          {"conversion.longest_retry_ms", ms(c.longest_retry), 100, 24 * 60 * minute},
          {"conversion.rescue_after_ms", ms(c.rescue_after), second, 24 * 60 * minute},
          {"conversion.at_once", double(c.at_once), 1, 64},
          {"conversion.most_deposits", double(c.most_deposits), 1, 1'000},
          {"conversion.minimum", micro(c.minimum), 0, 1e9 * dollar, unit::amount},
      });
}

/// A burst below one order would never send any.
void add_venue(table& out, const venue_settings& v) {
  out.insert(
      out.end(),
      {
          {"venue.chain_id", double(v.chain_id), 1, any_id},
          {"venue.orders_per_second", v.orders_per_second, 0.1, 10'000, unit::fraction},
          {"venue.order_burst", v.order_burst, 1, 10'000, unit::fraction},
          {"venue.order_timeout_ms", ms(v.order_timeout), 100, minute},
          {"venue.signer_share", v.signer_share, 0.001, 1, unit::fraction},
          {"venue.key_share", v.key_share, 0.001, 1, unit::fraction},
          {"venue.stop_pause_ms", ms(v.stop_pause), second, day},
          {"venue.market_pause_ms", ms(v.market_pause), second, day},
          {"venue.credentials_patience_ms", ms(v.credentials_patience), second, hour},
          {"venue.confirm_wait_ms", ms(v.confirm_wait), 100, 2 * minute},
          {"venue.unresolved_after_ms", ms(v.unresolved_after), second, day},
          {"venue.settling_time_ms", ms(v.settling_time), second, hour},
          {"venue.trade_passes_per_second", v.trade_passes_per_second, 0.1, 10, unit::fraction},
          {"venue.reads_per_second", v.reads_per_second, 1, 50, unit::fraction},
          {"venue.read_burst", v.read_burst, 1, 500, unit::fraction},
          {"venue.cancels_per_second", v.cancels_per_second, 0.1, 80, unit::fraction},
          {"venue.cancel_burst", v.cancel_burst, 1, 120, unit::fraction},
          {"venue.young_for_ms", ms(v.young_for), second, hour},
          {"venue.late_match_ms", ms(v.late_match), 0, day},
          {"venue.money_dust", micro(v.money_dust), 0, 0.1 * dollar, unit::amount},
          {"venue.share_dust", micro(v.share_dust), 0, 0.1 * dollar, unit::amount},
          {"venue.first_look_ms", ms(v.first_look), 10, minute},
          {"venue.longest_look_ms", ms(v.longest_look), 10, 10 * minute},
          {"venue.grace_ms", ms(v.grace), second, day},
      });
}

void add_engine(table& out, const engine_settings& e) {
  out.insert(out.end(), {
                            {"engine.workers", double(e.workers), 1, 64},
                            {"engine.max_live_bets", double(e.max_live_bets), 1, 1'000'000},
                            {"engine.max_balances", double(e.max_balances), 1, 10'000'000},
                            {"engine.max_live_deposits", double(e.max_live_deposits), 1, 100'000},
                            {"engine.balance_idle_ms", ms(e.balance_idle), second, day},
                            {"engine.drain_ms", ms(e.drain), 0, 10 * minute},
                            {"engine.stop_step_ms", ms(e.stop_step), second, 10 * minute},
                            {"engine.journal_queue", double(e.journal_queue), 1, 1'000'000},
                            {"engine.journal_batch", double(e.journal_batch), 1, 65'536},
                            {"engine.journal_retry_ms", ms(e.journal_retry), 1, 10 * second},
                            {"engine.load_timeout_ms", ms(e.load_timeout), 100, minute},
                            {"engine.append_timeout_ms", ms(e.append_timeout), second, 10 * minute},
                            {"engine.overdue_ms", ms(e.overdue), 5 * second, hour},
                            {"engine.buffer_tick_ms", ms(e.buffer_tick), 100, hour},
                            {"engine.deposits_recovered", double(e.deposits_recovered), 1, 100'000},
                            {"engine.restarts_per_minute", double(e.restarts_per_minute), 1, 1'000},
                        });
}

}  // namespace

std::string bound::text(double x) const {
  if (in == unit::amount) return to_string(usdc{static_cast<std::int64_t>(x)});
  char out[40];
  std::snprintf(out, sizeof out, in == unit::whole ? "%.0f" : "%.15g", x);
  return out;
}

std::vector<bound> bounds_of(const settings& s) {
  std::vector<bound> out;
  add_http(out, s.http);
  add_database(out, s.database);
  add_plasma(out, s.plasma);
  add_polygon(out, s.polygon);
  add_deposits(out, s.deposits);
  add_conversion(out, s.conversion);
  add_venue(out, s.venue);
  add_engine(out, s.engine);
  return out;
}

}  // namespace headroom::config
