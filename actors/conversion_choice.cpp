#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "actors/conversion_driver.hpp"
#include "actors/work_switches.hpp"

/// Which deposits are converted next, and by which route: asks those that may take them what is in
/// flight and what it would cost, all at once and for a bounded time, then lets domain/route_choice
/// decide. One choice at a time for each source; a route that is silent is not chosen and holds up
/// nobody else.
namespace headroom::actors {
namespace {

/// It moves nothing, so there is no term an operator could set.
constexpr std::string_view always_enabled = "direct";
constexpr std::string_view missing_alert = "route.missing";
constexpr std::string_view waiting_alert = "conversion.waiting";
constexpr std::string_view route_stopped_alert = "route.stopped";
/// What a route is asked about while nothing is to be converted.
constexpr auto looked_at_amount = 1'000_usdc;

void no_answer(const caf::error&) {}  // the next look asks again

}  // namespace

// -- what is known of the routes -----------------------------------------------------------------

/// The older word names one; the list, where there is one, is the whole of it.
std::optional<route_terms> conversion_driver::enabled_terms(const std::string& name) const {
  const auto& c = w_.settings.conversion;
  for (const auto& terms : c.routes)
    if (terms.name == name) return terms;
  if (name != always_enabled && (!c.routes.empty() || name != c.route)) return std::nullopt;
  route_terms unbounded;
  unbounded.name = name;
  return unbounded;
}

/// Those of this process, and those that the operator wants.
std::vector<std::string> conversion_driver::names_of_routes() const {
  const auto& c = w_.settings.conversion;
  auto out = w_.dir.handles.route_names();
  for (const auto& terms : c.routes) out.push_back(terms.name);
  if (c.routes.empty()) out.push_back(c.route);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// By the books' time of the step, which outlives this actor.
bool conversion_driver::is_late(const conversion_progress& p) const {
  const auto i = st_.routes.find(p.row().route);
  if (p.finished() || i == st_.routes.end() || i->second.expected_seconds == 0) return false;
  const std::chrono::seconds expected{i->second.expected_seconds};
  const auto since = p.step().started_at;
  return since.is_set() && since.plus(2 * expected) <= w_.now();
}

/// Of a first step the account is the source's own: a shortage stops the source, whatever the
/// route. Of a later one it is that of the steps that are called so, on whichever route; others
/// send from elsewhere and go on. What an operator holds asks for nothing.
bool conversion_driver::is_short(const money_source& source, const std::string& route) const {
  if (!st_.short_of_money()) return false;
  return std::any_of(st_.live.begin(), st_.live.end(), [&](const auto& x) {
    const auto& r = x.second;
    const auto& p = r.progress;
    if (r.short_looks == 0 || r.on_hold || p.finished()) return false;
    if (p.step_index() == 0) return p.row().source == source;
    return p.row().route == route || pays_at(route, p.step().name);
  });
}

/// Whether a later step of the route is called so.
bool conversion_driver::pays_at(const std::string& route, const std::string& step) const {
  const auto i = st_.routes.find(route);
  if (i == st_.routes.end() || i->second.steps.empty()) return false;
  const auto& steps = i->second.steps;
  return std::find(steps.begin() + 1, steps.end(), step) != steps.end();
}

route_facts conversion_driver::facts_of(const std::string& name) const {
  route_facts out;
  out.enabled = enabled_terms(name).has_value();
  out.present = static_cast<bool>(w_.dir.handles.route(name));
  if (const auto i = st_.routes.find(name); i != st_.routes.end()) {
    out.known = true;
    out.from = i->second.from;
    out.disabled = i->second.disabled;
  }
  out.unreadable = st_.unreadable(name);
  for (const auto& [id, r] : st_.live) {
    const auto& row = r.progress.row();
    if (row.route != name) continue;
    ++out.running;
    out.amount_running = add_saturating(out.amount_running, row.amount);
    out.late = out.late || is_late(r.progress);
  }
  return out;
}

void conversion_driver::judge(const std::string& name, route_verdict verdict) {
  auto& sight = st_.sights[name];
  sight.verdict = std::move(verdict);
  sight.judged_at = w_.now();
}

void conversion_driver::read_forecast() {
  const auto buffer = w_.dir.handles.get<buffer_actor>();
  if (!buffer) return st_.forecast.reset();
  self_->request(buffer, w_.settings.conversion.step_timeout, get_atom::value)
      .then([self = self_](const buffer_status& s) { self->state.forecast = s.forecast; },
            [self = self_](const caf::error&) { self->state.forecast.reset(); });
}

/// So that whoever asks sees what the routes are worth also while nothing is converted, and one
/// that closes or opens is heard of.
void conversion_driver::look_at_routes() {
  const auto here = w_.dir.handles.route_names();
  auto& alerts = w_.dir.gauges.alerts();
  for (const auto& terms : w_.settings.conversion.routes) {
    if (std::find(here.begin(), here.end(), terms.name) == here.end()) {
      alerts.raise(missing_alert, terms.name, "enabled, and no route here is called so", w_.now());
    } else {
      alerts.clear(missing_alert, terms.name, w_.now());
    }
  }
  for (const auto& [name, info] : st_.routes) {
    auto& sight = st_.sights[name];
    if (now() < sight.next_look || !enabled_terms(name)) continue;
    sight.next_look = now() + w_.settings.conversion.route_look;
    look_at(name);
  }
  alarm_of_routes();
}

/// "" while it takes new money, or is not meant to. What a route is closed for by itself
/// (`disabled`) its own alerts and GET /routes say.
std::string conversion_driver::why_stopped(const std::string& name) const {
  const auto facts = facts_of(name);
  if (!facts.enabled) return {};
  if (facts.unreadable) return "what a conversion has under way on it cannot be read";
  if (facts.late) return "a step on it lasts more than twice as long as expected";
  const auto& flight = st_.sights.at(name).flight;
  return flight && !flight->readable ? flight->problem : std::string{};
}

/// A slip of its nodes is over within a minute.
void conversion_driver::alarm_of_routes() {
  auto& alerts = w_.dir.gauges.alerts();
  for (const auto& [name, info] : st_.routes) {
    auto& sight = st_.sights[name];
    const auto why = why_stopped(name);
    if (why.empty()) {
      sight.stopped_since.reset();
      alerts.clear(route_stopped_alert, name, w_.now());
      continue;
    }
    if (!sight.stopped_since) sight.stopped_since = now();
    if (now() - *sight.stopped_since >= w_.settings.conversion.alert_after)
      alerts.raise(route_stopped_alert, name, "nothing new starts on it: " + why, w_.now());
  }
}

void conversion_driver::look_at(const std::string& name) {
  const auto route = w_.dir.handles.route(name);
  if (!route) return;
  const auto patience = w_.settings.conversion.choice;
  self_->request(route, patience, get_atom::value)
      .then([self = self_,
             name](route_info& info) { conversion_driver{self}.learned(name, std::move(info)); },
            no_answer);
  self_->request(route, patience, in_flight_atom::value)
      .then([self = self_,
             name](const route_flight& flight) { self->state.sights[name].flight = flight; },
            [self = self_, name](const caf::error&) { self->state.sights[name].flight.reset(); });
  const auto terms = enabled_terms(name);
  const auto amount = terms ? smaller(room_of(*terms, {}), looked_at_amount) : std::nullopt;
  self_->request(route, patience, amount.value_or(looked_at_amount))
      .then(
          [self = self_, name, asked = amount.value_or(looked_at_amount)](const route_quote& q) {
            auto& sight = self->state.sights[name];
            sight.quote = q;
            sight.quoted_amount = asked;
            sight.quoted_at = self->state.w->now();
          },
          [self = self_, name](const caf::error&) { self->state.sights[name].quote.reset(); });
}

// -- what waits ----------------------------------------------------------------------------------

void conversion_driver::open_next(const std::vector<deposit>& credited_deposits) {
  std::map<money_source, std::vector<waiting_deposit>> by_source;
  for (const auto& d : credited_deposits)
    if (!st_.taken.contains(d.id))
      by_source[{d.payment.chain_id, d.payment.token}].push_back({d.id, d.amount, d.credited_at});
  const auto before = std::exchange(st_.waiting, {});
  for (auto& [source, waiting] : by_source) {
    waiting_money shown;
    if (const auto i = before.find(source); i != before.end()) shown.why = i->second.why;
    shown.source = source;
    shown.deposits = static_cast<std::uint32_t>(waiting.size());
    shown.since = waiting.front().since;
    for (const auto& d : waiting) shown.amount = add_saturating(shown.amount, d.amount);
    st_.waiting.emplace(source, std::move(shown));
    consider(source, std::move(waiting));
  }
  alarm_of_waiting(before);
}

/// Whoever is not converted although nothing is left to wait for needs a human: a cap that is too
/// tight, a deposit that is too large for every route, a route that is closed.
void conversion_driver::alarm_of_waiting(const std::map<money_source, waiting_money>& before) {
  const auto& c = w_.settings.conversion;
  auto& alerts = w_.dir.gauges.alerts();
  const auto subject_of = [](const money_source& s) {
    return std::to_string(s.chain_id) + "/" + s.token.hex();
  };
  for (const auto& [source, money] : st_.waiting) {
    if (money.since.plus(c.longest_wait + c.stuck_after) > w_.now()) {
      alerts.clear(waiting_alert, subject_of(source), w_.now());
    } else {
      alerts.raise(waiting_alert, subject_of(source),
                   to_string(money.amount) + " USDC: " + money.why, w_.now());
    }
  }
  for (const auto& [source, money] : before)
    if (!st_.waiting.contains(source)) alerts.clear(waiting_alert, subject_of(source), w_.now());
}

void conversion_driver::consider(const money_source& source, std::vector<waiting_deposit> waiting) {
  auto& why = st_.waiting.at(source).why;
  if (st_.choices.contains(source) || now() < st_.choose_next[source]) return;
  if (w_.dir.users.draining() || is_short(source, {})) {
    const auto word = w_.dir.users.draining() ? route_word::draining : route_word::short_of_money;
    why = to_string(word);
    return;
  }
  const auto& c = w_.settings.conversion;
  const batch_rules rules{c.minimum, c.most_deposits, c.longest_wait, c.wait_below_target};
  const auto need = st_.forecast ? need_of(*st_.forecast) : money_need::usual;
  // What costs nothing gains nothing by company.
  const auto direct = st_.routes.find(std::string{always_enabled});
  const bool waits = direct == st_.routes.end() || direct->second.from != source;
  why = waits ? why_wait(waiting, rules, need, w_.now()) : "";
  if (!why.empty()) return;
  auto run = std::make_shared<choice_run>();
  run->waiting = std::move(waiting);
  if (!begin_choice(source, run)) why = "no route may take it";  // the next poll may look again
}

// -- asking --------------------------------------------------------------------------------------

bool conversion_driver::begin_choice(const money_source& source, const run_ptr& run) {
  const auto& c = w_.settings.conversion;
  run->source = source;
  run->deadline = now() + c.choice;
  std::vector<std::string> may_be_asked;
  for (const auto& name : names_of_routes()) {
    if (name == run->without) continue;
    const auto terms = enabled_terms(name);
    auto against = before_asking(facts_of(name), terms.value_or(route_terms{}), source, c.at_once);
    if (!against && is_short(source, name)) against = route_verdict{route_word::short_of_money, {}};
    if (!against) {
      may_be_asked.push_back(name);
    } else if (against->word != route_word::other_source) {  // it has a verdict of its own source
      judge(name, std::move(*against));
    }
  }
  if (may_be_asked.empty()) return false;
  run->unanswered = may_be_asked.size();
  st_.choices.emplace(source, run);
  for (const auto& name : may_be_asked) ask_flight(run, name);
  return true;
}

std::chrono::milliseconds conversion_driver::left(const choice_run& run) const {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(run.deadline - now());
  return std::max(time, std::chrono::milliseconds{1});
}

void conversion_driver::ask_flight(const run_ptr& run, const std::string& name) {
  const auto route = w_.dir.handles.route(name);
  if (!route) return no_offer(run, name, route_word::missing);
  self_->request(route, left(*run), in_flight_atom::value)
      .then(
          [self = self_, run, name](const route_flight& flight) {
            conversion_driver{self}.heard_flight(run, name, flight);
          },
          [self = self_, run, name](const caf::error& e) {
            self->state.sights[name].flight.reset();
            conversion_driver{self}.no_offer(run, name, route_word::silent,
                                             std::string{to_string(code_of(e))});
          });
}

/// Its own look and the books' word: the larger one counts.
void conversion_driver::heard_flight(const run_ptr& run, const std::string& name,
                                     const route_flight& flight) {
  st_.sights[name].flight = flight;
#ifndef HEADROOM_PLANTED_UNREADABLE_TAKEN  // for tests/simulation alone, which must notice
  if (!flight.readable) return no_offer(run, name, route_word::unreadable, flight.problem);
#endif
  const auto under_way = std::max(flight.amount, facts_of(name).amount_running);
  const auto terms = enabled_terms(name).value_or(route_terms{});
  const auto room = room_of(terms, under_way);
  if (room && !room->is_positive())
    return no_offer(run, name, route_word::in_flight_full,
                    to_string(under_way) + " USDC under way");
  auto batch = fitting(run->waiting, room, w_.settings.conversion.most_deposits);
  if (batch.deposits.empty())
    return no_offer(run, name, route_word::too_large, "at most " + to_string(*room) + " USDC");
  run->batches.insert_or_assign(name, std::move(batch));
  ask_quote(run, name, true);
}

void conversion_driver::ask_quote(const run_ptr& run, const std::string& name, bool again) {
  const auto route = w_.dir.handles.route(name);
  if (!route) return no_offer(run, name, route_word::missing);
  self_->request(route, left(*run), run->batches.at(name).amount)
      .then(
          [self = self_, run, name, again](const route_quote& quote) {
            conversion_driver{self}.heard_quote(run, name, quote, again);
          },
          [self = self_, run, name](const caf::error& e) {
            self->state.sights[name].quote.reset();
            conversion_driver{self}.no_offer(run, name, route_word::silent,
                                             std::string{to_string(code_of(e))});
          });
}

/// One that takes less than was asked for is asked once more, about the deposits that fit.
void conversion_driver::heard_quote(const run_ptr& run, const std::string& name,
                                    const route_quote& quote, bool again) {
  auto& batch = run->batches.at(name);
  auto& sight = st_.sights[name];
  sight.quote = quote;
  sight.quoted_amount = batch.amount;
  sight.quoted_at = w_.now();
  if (quote.most.is_positive() && quote.most < batch.amount) {
    auto part = fitting(run->waiting, quote.most, w_.settings.conversion.most_deposits);
    if (!again || part.deposits.empty())
      return no_offer(run, name, route_word::too_large,
                      "at most " + to_string(quote.most) + " USDC");
    batch = std::move(part);
    return ask_quote(run, name, false);
  }
  if (quote.least > batch.amount)
    return no_offer(run, name, route_word::too_small,
                    "at least " + to_string(quote.least) + " USDC");
  if (!quote.refusal.empty()) return no_offer(run, name, route_word::refused, quote.refusal);
  route_offer offer{name, batch.amount, quote.expected_out, quote.expected_seconds, quote.fee};
  if (auto against = against_caps(offer, enabled_terms(name).value_or(route_terms{})))
    return no_offer(run, name, against->word, std::move(against->detail));
  run->offers.push_back(std::move(offer));
  answered(run);
}

void conversion_driver::no_offer(const run_ptr& run, const std::string& name, route_word word,
                                 std::string detail) {
  judge(name, {word, std::move(detail)});
  answered(run);
}

void conversion_driver::answered(const run_ptr& run) {
  if (--run->unanswered == 0) settle_choice(run);
}

// -- the choice ----------------------------------------------------------------------------------

void conversion_driver::settle_choice(const run_ptr& run) {
  const auto allowed = st_.forecast ? seconds_allowed(*st_.forecast) : buffer_forecast::never;
  auto choice = choose_route(run->offers, allowed);
  for (std::size_t i = 0; i < run->offers.size(); ++i) judge(run->offers[i].name, choice.words[i]);
  const auto& c = w_.settings.conversion;
  if (!choice.chosen) {
    end_choice(run);
    if (!run->replaces.is_zero()) return;
    st_.choose_next[run->source] = now() + c.choose_again;  // each try costs every route a quote
    if (const auto i = st_.waiting.find(run->source); i != st_.waiting.end())
      i->second.why = "no route takes it";
    if (may_say("choice " + std::to_string(run->source.chain_id)))
      spdlog::warn("conversion.no_route chain={} token={} deposits={}", run->source.chain_id,
                   run->source.token.hex(), run->waiting.size());
    return;
  }
  const auto& offer = run->offers[*choice.chosen];
  // Its answers took time: what stops a route may have come up since.
  const auto terms = enabled_terms(offer.name).value_or(route_terms{});
  auto against = before_asking(facts_of(offer.name), terms, run->source, c.at_once);
  if (!against && is_short(run->source, offer.name))
    against = route_verdict{route_word::short_of_money, {}};
  const bool stays =
      !run->replaces.is_zero() &&  // what runs is not moved while new work is stopped
      w_.dir.gauges.switches().paused(pausable::conversions);
  if (against || stays || w_.dir.users.draining()) {
    if (against) judge(offer.name, std::move(*against));
    return end_choice(run);
  }
  open_on(run, offer, choice.words[*choice.chosen].detail);
}

void conversion_driver::end_choice(const run_ptr& run) {
  st_.choices.erase(run->source);
  if (auto* r = find(run->replaces)) r->busy = false;  // it is driven on
}

conversion conversion_driver::row_of(const choice_run& run, const route_offer& offer,
                                     std::string choice) const {
  const auto& batch = run.batches.at(offer.name);
  conversion row;
  row.id = conversion_id::from_digest(w_.random());
  row.route = offer.name;
  row.amount = batch.amount;
  row.deposits = batch.deposits;
  row.source = run.source;
  row.expected_out = offer.expected_out;
  row.expected_seconds = offer.seconds;
  row.choice = std::move(choice);
  row.created_at = row.updated_at = w_.now();
  return row;
}

void conversion_driver::open_on(const run_ptr& run, const route_offer& offer, std::string choice) {
  const auto journal = w_.dir.handles.get<journal_actor>();
  if (!journal) return end_choice(run);
  auto row = row_of(*run, offer, std::move(choice));
  if (!run->replaces.is_zero()) return move_to(run, std::move(row));
  self_->request(journal, w_.settings.patience.append, append{open_conversion{row}})
      .then(
          [self = self_, run, row](const committed&) mutable {
            auto& st = self->state;
            st.choices.erase(run->source);
            st.taken.insert(row.deposits.begin(), row.deposits.end());
            spdlog::info(
                "conversion.opened conversion={} route={} amount={} deposits={} choice=\"{}\"",
                row.id.text(), row.route, to_string(row.amount), row.deposits.size(), row.choice);
            conversion_driver{self}.adopt(std::move(row));
          },
          [self = self_, run](const caf::error& e) {
            // Refused, or unknown: the next poll reads what is true.
            self->state.choices.erase(run->source);
            if (conversion_driver{self}.may_say("open"))
              spdlog::warn("conversion.open_failed code={}", to_string(code_of(e)));
          });
}

// -- for whoever asks ----------------------------------------------------------------------------

route_listing conversion_driver::listing() const {
  route_listing out;
  for (const auto& name : names_of_routes()) {
    const auto facts = facts_of(name);
    const auto terms = enabled_terms(name);
    route_view v;
    v.name = name;
    v.enabled = facts.enabled;
    v.known = facts.known;
    if (facts.known) v.info = st_.routes.at(name);
    v.terms = terms.value_or(route_terms{});
    v.running = facts.running;
    v.amount_running = facts.amount_running;
    if (const auto i = st_.sights.find(name); i != st_.sights.end()) {
      const auto& s = i->second;
      v.looked = s.flight.has_value();
      if (s.flight) v.flight = *s.flight;
      v.quoted = s.quote.has_value();
      if (s.quote) v.quote = *s.quote;
      v.quoted_amount = s.quoted_amount;
      v.quoted_at = s.quoted_at;
      v.verdict = s.verdict;
      v.judged_at = s.judged_at;
    }
    const auto now_against =
        before_asking(facts, v.terms, facts.from, w_.settings.conversion.at_once);
    if (!v.judged_at.is_set() && now_against) v.verdict = *now_against;
    out.routes.push_back(std::move(v));
  }
  for (const auto& [source, money] : st_.waiting) out.waiting.push_back(money);
  return out;
}

}  // namespace headroom::actors
