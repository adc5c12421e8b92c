#include "http/house_metrics.hpp"

#include <limits>

#include "actors/alerts.hpp"
#include "actors/house_counters.hpp"
#include "actors/webhook_port.hpp"

namespace headroom::http {
namespace {

using actors::money_counter;

/// Exact to the micro up to 9 billion USDC: a double holds 53 bits.
double in_usdc(std::int64_t micro) noexcept { return static_cast<double>(micro) / 1e6; }

double in_usdc(const money_counter& c) noexcept {
  return static_cast<double>(c.micro.load(std::memory_order_relaxed)) / 1e6;
}

void add(metric_families& to, prometheus::MetricFamily family, double value) {
  add_sample(family, value);
  to.push_back(std::move(family));
}

struct outcome {
  const char* name;
  const money_counter& counted;
  bool with_money = true;  // its entry in the journal says how much
};

double times_of(const money_counter& c) noexcept {
  return static_cast<double>(c.count.load(std::memory_order_relaxed));
}

void add_outcomes(metric_families& to, const std::string& stem, const std::string& what,
                  std::initializer_list<outcome> outcomes) {
  auto times = counter("headroom_" + stem + "s_total", what + ", by what became of them.");
  auto money =
      counter("headroom_" + stem + "_usdc_total", "USDC of " + what + ", by what became of it.");
  for (const auto& o : outcomes) {
    const metric_labels labels{{"outcome", o.name}};
    add_sample(times, times_of(o.counted), labels);
    if (o.with_money) add_sample(money, in_usdc(o.counted), labels);
  }
  to.push_back(std::move(times));
  to.push_back(std::move(money));
}

/// A stage that every one of them passes is no outcome: a sum over outcomes counts each once.
void add_stage(metric_families& to, const std::string& stem, const std::string& stage,
               const money_counter& counted) {
  add(to, counter("headroom_" + stem + "s_" + stage + "_total", stem + "s: " + stage + "."),
      times_of(counted));
  add(to, counter("headroom_" + stem + "_" + stage + "_usdc_total", "USDC of them."),
      in_usdc(counted));
}

void add_money(metric_families& to, const actors::house_counters& c) {
  add_stage(to, "bet", "accepted", c.bets_accepted);
  add_outcomes(to, "bet", "bets", {{"filled", c.bets_filled}, {"failed", c.bets_failed}});
  add_stage(to, "bet", "partly_refunded", c.bet_refunds);
  add(to, counter("headroom_bet_fee_usdc_total", "What the venue took of filled bets."),
      in_usdc(c.bet_fees));
  add_outcomes(to, "sale", "sales", {{"sold", c.sales_sold}, {"failed", c.sales_failed, false}});
  add(to, counter("headroom_sale_fee_usdc_total", "What the venue took of sales."),
      in_usdc(c.sale_fees));
  add_stage(to, "deposit", "opened", c.deposits_opened);
  add(to, counter("headroom_deposits_settled_total", "Deposits that the chain has proven."),
      times_of(c.deposits_settled));
  add_outcomes(to, "deposit", "deposits",
               {{"credited", c.deposits_credited}, {"failed", c.deposits_failed, false}});
  add_stage(to, "withdrawal", "requested", c.withdrawals_requested);
  add_outcomes(to, "withdrawal", "withdrawals",
               {{"confirmed", c.withdrawals_confirmed}, {"failed", c.withdrawals_failed}});
  add(to, counter("headroom_withdrawal_fee_usdc_total", "What the house took of withdrawals."),
      in_usdc(c.withdrawal_fees));
  add_stage(to, "conversion", "opened", c.conversions_opened);
  add_outcomes(to, "conversion", "conversions",
               {{"completed", c.conversions_completed},
                {"undone", c.conversions_undone},
                {"failed", c.conversions_failed, false}});
  add(to, counter("headroom_conversion_loss_usdc_total", "What bridges and swaps cost."),
      in_usdc(c.conversion_losses));
  add(to, counter("headroom_replenished_usdc_total", "What operators paid into the buffer."),
      in_usdc(c.replenished));
}

void add_latencies(metric_families& to, const actors::house_counters& c) {
  auto commit = histogram("headroom_journal_commit_duration_seconds",
                          "Time of one commit of the journal, a batch of entries.");
  add_latency(commit, c.commit);
  to.push_back(std::move(commit));
  auto venue =
      histogram("headroom_venue_request_duration_seconds", "Time of one call to the venue.");
  add_latency(venue, c.venue);
  to.push_back(std::move(venue));
  auto rpc = histogram("headroom_rpc_request_duration_seconds",
                       "Time of one call to a chain's nodes, fail-over included.");
  c.each_rpc([&](std::uint64_t chain_id, const actors::latency_histogram& h) {
    add_latency(rpc, h, {{"chain", std::to_string(chain_id)}});
  });
  if (!rpc.metric.empty()) to.push_back(std::move(rpc));
  auto coin = gauge("headroom_wallet_coin", "Coins that a wallet can pay gas with, last seen.");
  auto spent =
      gauge("headroom_wallet_spent_coin_rate", "Coins an hour that a wallet spent lately.");
  auto left = gauge("headroom_wallet_gas_seconds_left", "How long its coins last at that.");
  for (const auto& [wallet, seen] : c.coins()) {
    add_sample(coin, seen.coins, {{"chain", wallet}});
    if (seen.spent_per_hour) add_sample(spent, *seen.spent_per_hour, {{"chain", wallet}});
    if (seen.hours_left) add_sample(left, *seen.hours_left * 3'600, {{"chain", wallet}});
  }
  for (auto* family : {&coin, &spent, &left})
    if (!family->metric.empty()) to.push_back(std::move(*family));
}

void add_venue(metric_families& to, const actors::venue_gauge& venue) {
  const auto now = venue.look();
  auto stopped = gauge("headroom_venue_stopped", "1 while the venue takes no bets, by cause.");
  for (const auto why : actors::venue_stops)
    add_sample(stopped, why == now.why ? 1 : 0, {{"cause", std::string{to_string(why)}}});
  to.push_back(std::move(stopped));
  add(to,
      gauge("headroom_venue_stopped_markets", "Markets whose orders the venue refuses as such."),
      static_cast<double>(venue.stopped_markets()));
}

void add_turns(metric_families& to, const actors::turns_gauge& turns) {
  add(to,
      gauge("headroom_venue_turns_waiting",
            "Orders that wait for their turn within the venue's limits; nothing is stored yet."),
      static_cast<double>(turns.waiting.load(std::memory_order_relaxed)));
  add(to,
      counter("headroom_venue_turns_refused_total",
              "Orders refused, with a time to come back, because their turn was too far away."),
      static_cast<double>(turns.refused.load(std::memory_order_relaxed)));
}

/// The budget of reads at the venue: what is open is looked up within it.
void add_reads(metric_families& to, const actors::venue_gauge& venue) {
  const auto budget = venue.reads();
  if (budget.most > 0) {
    const auto left = budget.left_at(actors::venue_gauge::time_point::clock::now());
    add(to,
        gauge("headroom_venue_reads_left",
              "Reads of orders and trades that the venue could be asked now, all accounts "
              "together."),
        left);
    add(to,
        gauge("headroom_venue_reads_used",
              "Of the reads that may be asked at once, those that have not come back yet."),
        budget.most - left);
  }
  add(to,
      gauge("headroom_venue_reads_waiting", "Reads of orders and trades that wait for a place."),
      static_cast<double>(budget.waiting));
  add(to, counter("headroom_venue_reads_total", "Reads of orders and trades that were sent."),
      static_cast<double>(venue.reads_sent()));
}

void add_channel(metric_families& to, const actors::channel_gauge& channel) {
  const auto times = [](const std::atomic<std::uint64_t>& x) {
    return static_cast<double>(x.load(std::memory_order_relaxed));
  };
  add(to, gauge("headroom_venue_sockets_up", "Web sockets to the venue that are open."),
      static_cast<double>(channel.up.load(std::memory_order_relaxed)));
  add(to, counter("headroom_venue_hints_total", "Orders that the venue's sockets spoke of."),
      times(channel.hints));
  add(to,
      counter("headroom_venue_reconnects_total",
              "Tries to open a socket to the venue again after one was lost or did not open."),
      times(channel.reconnects));
  add(to,
      counter("headroom_venue_frames_ignored_total",
              "What the venue's sockets said and nobody understood."),
      times(channel.unreadable));
}

void add_open_orders(metric_families& to, const actors::open_orders& orders) {
  auto open = gauge("headroom_orders_open",
                    "Bets and sales without an end, by state and age, as last swept.");
  for (const auto s : actors::open_states)
    for (std::size_t age = 0; age < actors::open_orders::ages; ++age)
      add_sample(open, static_cast<double>(orders.count(s, age)),
                 {{"state", std::string{to_string(s)}},
                  {"age", std::string{actors::open_orders::name_of_age(age)}}});
  to.push_back(std::move(open));
}

/// Resolved markets on their way to their users.
void add_settlements(metric_families& to, const actors::gauges& gauges) {
  const auto& g = gauges.settlements();
  add(to, gauge("headroom_unsettled_conditions", "Markets that are resolved and not paid out."),
      static_cast<double>(g.open()));
  add(to,
      gauge("headroom_settlement_oldest_timestamp_seconds",
            "When the oldest of them was seen to be resolved; 0: there is none."),
      static_cast<double>(g.oldest().us) / 1e6);
  add(to,
      gauge("headroom_payout_lag_seconds",
            "From the resolution that was seen to the last payout, of the market paid out last."),
      static_cast<double>(g.lag_us()) / 1e6);
  const auto& c = gauges.counters();
  add_stage(to, "position", "paid", c.positions_paid);
  add_stage(to, "settlement", "redeemed", c.redemptions);
  add_stage(to, "settlement", "closed", c.settlements_closed);
}

/// One sample for each alert that lasts, and how often each kind began.
void add_alerts(metric_families& to, const actors::alert_board& board) {
  auto active = gauge("headroom_alert_active", "1 for each alert that lasts.");
  for (const auto& a : board.list())
    if (a.lasts) add_sample(active, 1, {{"kind", a.kind}, {"subject", a.subject}});
  if (!active.metric.empty()) to.push_back(std::move(active));
  auto raised = counter("headroom_alerts_raised_total", "Alerts that began, by kind.");
  for (const auto& [kind, count] : board.raised())
    add_sample(raised, static_cast<double>(count), {{"kind", kind}});
  if (!raised.metric.empty()) to.push_back(std::move(raised));
}

}  // namespace

metric_families house_metrics::Collect() const {
  metric_families out;
  add(out, gauge("headroom_bets_live", "Bets being placed."),
      static_cast<double>(dir_.users.live_bets()));
  add(out, gauge("headroom_balance_actors", "Users with a live balance actor."),
      static_cast<double>(dir_.users.balance_count()));
  add(out, gauge("headroom_draining", "1 while the service shuts down."),
      dir_.users.draining() ? 1 : 0);
  const auto available = dir_.gauges.buffer_available();
  add(out,
      gauge("headroom_buffer_available_usdc",
            "What the buffer can pay now; NaN while nobody knows."),
      available ? in_usdc(available->micro) : std::numeric_limits<double>::quiet_NaN());
  add(out, gauge("headroom_sales_live", "Sales being placed."),
      static_cast<double>(dir_.users.live_sales()));
  add(out, gauge("headroom_withdrawals_live", "Withdrawals that have no end yet."),
      static_cast<double>(dir_.users.live_withdrawals()));
  add(out, gauge("headroom_withdrawals_paused", "1 unless withdrawals are known to go on."),
      dir_.gauges.withdrawals().look() == actors::withdrawal_gauge::word::open ? 0 : 1);
  add_open_orders(out, dir_.gauges.open_orders());
  add_venue(out, dir_.gauges.venue_state());
  add_turns(out, dir_.gauges.turns());
  add_reads(out, dir_.gauges.venue_state());
  add_channel(out, dir_.gauges.channel());
  add_money(out, dir_.gauges.counters());
  add_latencies(out, dir_.gauges.counters());
  add_settlements(out, dir_.gauges);
  add_alerts(out, dir_.gauges.alerts());
  return out;
}

metric_families families_of(const buffer_status& s) {
  metric_families out;
  add(out, gauge("headroom_buffer_balance_usdc", "Committed balance of the buffer."),
      in_usdc(s.row.balance.micro));
  add(out, gauge("headroom_buffer_min_usdc", "Below this the buffer counts as low."),
      in_usdc(s.row.min_size.micro));
  add(out, gauge("headroom_buffer_reserve_usdc", "Surplus above the buffer's maximum."),
      in_usdc(s.row.reserve.micro));
  add(out, gauge("headroom_buffer_low", "1 when the buffer is low."), s.is_low ? 1 : 0);
  const auto& f = s.forecast;
  add(out, gauge("headroom_buffer_target_usdc", "Below this money is wanted soon."),
      in_usdc(f.marks.target.micro));
  add(out, gauge("headroom_buffer_high_usdc", "From this on nothing is urgent."),
      in_usdc(f.marks.high.micro));
  add(out, gauge("headroom_buffer_recommended_min_usdc", "Twice the average daily bet volume."),
      in_usdc(s.recommended_min_size.micro));
  add(out, gauge("headroom_buffer_arriving_usdc", "What running conversions will bring."),
      in_usdc(f.arriving.micro));
  if (!f.measured) return out;
  constexpr double never = std::numeric_limits<double>::infinity();
  const auto seconds = [](std::int64_t count) {
    return count == buffer_forecast::never ? never : static_cast<double>(count);
  };
  add(out, gauge("headroom_buffer_outflow_rate_usdc", "Net outflow in an hour, as measured."),
      in_usdc(f.out_per_hour.micro));
  add(out, gauge("headroom_buffer_seconds_to_low", "At that outflow, with what arrives."),
      seconds(f.seconds_to_low));
  add(out, gauge("headroom_buffer_seconds_to_empty", "Likewise."), seconds(f.seconds_to_empty));
  add(out,
      gauge("headroom_buffer_recommended_by_outflow_usdc",
            "What flows out while the slowest enabled route is under way."),
      in_usdc(f.recommended_by_outflow.micro));
  return out;
}

metric_families families_of(const conversion_metrics& m) {
  auto count = gauge("headroom_route_conversions", "Of the last 30 days, by what became of them.");
  auto time = gauge("headroom_route_seconds", "From opened to completed: average and quantiles.");
  auto rate = gauge("headroom_route_realised_rate", "Received of what was put in.");
  auto success = gauge("headroom_route_success_rate", "Completed of those that ended.");
  auto cost = gauge("headroom_route_cost_usdc", "Lost to bridges and swaps, and to slippage.");
  auto arrived = gauge("headroom_route_arrived_usdc", "Brought in the last 24 hours.");
  for (const auto& r : m.routes) {
    const auto with = [&](const char* name, const char* value) {
      metric_labels out{{"route", r.route},
                        {"chain", std::to_string(r.source.chain_id)},
                        {"token", r.source.token.hex()}};
      if (name != nullptr) out.push_back({name, value});
      return out;
    };
    const auto ended = r.completed + r.failed;
    add_sample(count, static_cast<double>(r.completed), with("outcome", "completed"));
    add_sample(count, static_cast<double>(r.failed), with("outcome", "failed"));
    add_sample(count, static_cast<double>(r.running), with("outcome", "running"));
    add_sample(cost, in_usdc(r.bridge_fee.micro), with("part", "bridge"));
    add_sample(cost, in_usdc(r.swap_fee.micro), with("part", "swap"));
    add_sample(cost, in_usdc(r.slippage.micro), with("part", "slippage"));
    add_sample(arrived, in_usdc(r.arrived_day.micro), with(nullptr, nullptr));
    if (ended > 0)
      add_sample(success, static_cast<double>(r.completed) / static_cast<double>(ended),
                 with(nullptr, nullptr));
    if (r.completed == 0 || !r.total_in.is_positive()) continue;
    add_sample(time, static_cast<double>(r.average_ms) / 1e3, with("of", "average"));
    add_sample(time, static_cast<double>(r.p95_ms) / 1e3, with("of", "p95"));
    add_sample(time, static_cast<double>(r.p99_ms) / 1e3, with("of", "p99"));
    add_sample(rate, in_usdc(r.total_received.micro) / in_usdc(r.total_in.micro),
               with(nullptr, nullptr));
  }
  metric_families out;
  for (auto* family : {&count, &time, &rate, &success, &cost, &arrived})
    if (!family->metric.empty()) out.push_back(std::move(*family));
  return out;
}

metric_families families_of(const actors::route_listing& all) {
  auto enabled = gauge("headroom_route_enabled", "1 for each route that may be chosen.");
  auto running = gauge("headroom_route_in_flight_usdc", "Under way on a route, by the books.");
  auto quoted = gauge("headroom_route_quoted_bps", "What it would cost, as last quoted.");
  auto waiting = gauge("headroom_conversion_waiting_usdc", "Credited and in no conversion yet.");
  for (const auto& v : all.routes) {
    const metric_labels labels{{"route", v.name}};
    add_sample(enabled, v.enabled ? 1 : 0, labels);
    add_sample(running, in_usdc(v.amount_running.micro), labels);
    const route_offer offer{v.name, v.quoted_amount, v.quote.expected_out, v.quote.expected_seconds,
                            v.quote.fee};
    if (v.quoted) add_sample(quoted, static_cast<double>(cost_ppm(offer)) / 100, labels);
  }
  for (const auto& m : all.waiting)
    add_sample(waiting, in_usdc(m.amount.micro),
               {{"chain", std::to_string(m.source.chain_id)}, {"token", m.source.token.hex()}});
  metric_families out;
  for (auto* family : {&enabled, &running, &quoted, &waiting})
    if (!family->metric.empty()) out.push_back(std::move(*family));
  return out;
}

metric_families families_of(const solvency& s) {
  metric_families out;
  if (!s.checked) return out;
  add(out, gauge("headroom_solvent", "1 while books and chains cover what users are owed."),
      s.solvent ? 1 : 0);
  add(out, gauge("headroom_solvency_difference_usdc", "Assets minus liabilities, by the books."),
      in_usdc(s.difference.micro));
  if (s.onchain_known)
    add(out, gauge("headroom_onchain_shortfall_usdc", "What the chains lack of the books."),
        in_usdc(s.shortfall.micro));
  return out;
}

metric_families families_of(const std::vector<actors::kind_info>& kinds) {
  auto live = gauge("headroom_actors", "Live actors, by kind.");
  auto waiting = gauge("headroom_actor_mailbox_messages", "Messages waiting in mailboxes.");
  auto processed = counter("headroom_actor_messages_total", "Messages processed.");
  auto busy = counter("headroom_actor_busy_seconds_total", "Time spent in handlers.");
  for (const auto& k : kinds) {
    const metric_labels labels{{"kind", k.name}};
    add_sample(live, static_cast<double>(k.live), labels);
    add_sample(waiting, static_cast<double>(k.mailbox), labels);
    add_sample(processed, static_cast<double>(k.processed), labels);
    add_sample(busy, in_seconds(k.busy_us), labels);
  }
  metric_families out;
  for (auto* family : {&live, &waiting, &processed, &busy}) out.push_back(std::move(*family));
  return out;
}

metric_families families_of(const actors::webhook_counters& tries) {
  auto all = counter("headroom_webhook_deliveries_total",
                     "Tries to tell receivers of events, by outcome: delivered, retry (another try"
                     " follows), failed (the last one), gone (410).");
  const std::pair<const char*, const std::atomic<std::uint64_t>*> outcomes[] = {
      {"delivered", &tries.delivered},
      {"retry", &tries.retried},
      {"failed", &tries.failed},
      {"gone", &tries.gone}};
  for (const auto& [name, count] : outcomes)
    add_sample(all, static_cast<double>(count->load(std::memory_order_relaxed)),
               {{"outcome", name}});
  metric_families out;
  out.push_back(std::move(all));
  return out;
}

}  // namespace headroom::http
