#include "chain/treasury/audit_actor.hpp"

#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "domain/reconciliation.hpp"

namespace headroom::chain {
namespace {

using actors::onchain_balances;
using actors::solvency_report;

constexpr std::string_view insolvent_alert = "audit.insolvent";
constexpr std::string_view drift_alert = "audit.drift";

/// @param block  a tag or a quantity.
rpc_request balance_of(const address& token, const address& owner, std::string_view block) {
  return eth::call({std::nullopt, token, balance_of_call(owner), {}}, block);
}

std::optional<usdc> read_balance(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  const auto value = data ? abi::reader{*data}.number(0) : std::nullopt;
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*value)};
}

/// `first`'s, then the others'; one that cannot be read makes the sum unknown.
std::vector<rpc_request> balances_of(const address& token, const address& first,
                                     const std::vector<address>& others, std::string_view block) {
  std::vector<rpc_request> out{balance_of(token, first, block)};
  for (const auto& owner : others) out.push_back(balance_of(token, owner, block));
  return out;
}

std::optional<usdc> sum_of(std::span<const rpc_result> parts) {
  std::optional<usdc> out = usdc{};
  for (const auto& r : parts) {
    const auto part = read_balance(r);
    out = out && part ? add(*out, *part) : std::nullopt;
  }
  return out;
}

// -- one look ------------------------------------------------------------------------------------

std::optional<holdings> holdings_of(const onchain_balances& b) {
  if (!b.plasma_known || !b.polygon_known || !b.sources_known) return std::nullopt;
  const auto usdt0 = add_saturating(b.plasma_usdt0, b.polygon_usdt0);
  return holdings{add_saturating(usdt0, b.other_sources),
                  add_saturating(b.polygon_usdc, b.polygon_collateral)};
}

/// Which side lacks how much, and which conversions should still have it.
std::string words_of_drift(const reconciliation& r, const trial_balance& books) {
  constexpr std::size_t most = 5;  // conversions, by name
  std::string out;
  if (r.short_of.is_positive()) out = to_string(r.short_of) + " USDC of what backs the buffer";
  if (r.sources_short_of.is_positive())
    out += (out.empty() ? "" : ", ") + to_string(r.sources_short_of) + " of what users paid with";
  out += " is not on the chains";
  std::size_t shown = 0;
  for (const auto& x : books.moving) {
    const bool stands = x.where == money_place::at_source || x.where == money_place::arrived;
    if (!stands || shown == most) continue;
    out += (shown++ == 0 ? "; there should be of conversion " : ", ") + x.id.text() + " " +
           to_string(x.amount) + (x.step.empty() ? "" : " before its " + x.step);
  }
  return out;
}

/// The verdict's rule: two looks in a row, or it raced.
void tell_of_drift(audit_self self) {
  auto& st = self->state;
  auto& alerts = st.w->dir.gauges.alerts();
  const auto& found = st.last.explained;
  if (!st.last.verdict.onchain_known) return;  // silent: what was so is so
  if (found.clean()) return alerts.clear(drift_alert, "", st.w->now());
  if (st.last.verdict.solvent) return;
  alerts.raise(drift_alert, "", words_of_drift(found, st.last.books), st.w->now());
}

void tell(audit_self self, solvency_news news) {
  auto& st = self->state;
  auto& alerts = st.w->dir.gauges.alerts();
  const auto& [books, chains, verdict, positions, explained] = st.last;
  if (verdict.solvent) {
    alerts.clear(insolvent_alert, "", st.w->now());
  } else {
    alerts.raise(insolvent_alert, "",
                 "assets less liabilities " + to_string(verdict.difference) +
                     " USDC by the books, the chains lack " +
                     (verdict.onchain_known ? to_string(verdict.shortfall) : "an unknown amount"),
                 st.w->now());
  }
  if (news == solvency_news::none) return;
  const bool bad = news == solvency_news::turned_bad;
  spdlog::log(bad ? spdlog::level::err : spdlog::level::info,
              "audit.{} difference={} onchain_shortfall={} buffer={} reserve={} in_transit={} "
              "users={} at_venue={} polygon_usdc={} collateral={} usdt0={}",
              bad ? "insolvent" : "solvent_again", to_string(verdict.difference),
              verdict.onchain_known ? to_string(verdict.shortfall) : "unknown",
              to_string(books.buffer), to_string(books.reserve), to_string(books.in_transit),
              to_string(books.users), to_string(books.at_venue), to_string(chains.polygon_usdc),
              to_string(chains.polygon_collateral),
              to_string(add_saturating(chains.plasma_usdt0, chains.polygon_usdt0)));
}

void compare(audit_self self, const trial_balance& books, const onchain_balances& chains) {
  auto& st = self->state;
  st.looking = false;
  st.looked_at = self->clock().now();
  const auto found = holdings_of(chains);
  const auto news = st.watch.look(books, found, st.w->now());
  st.last = {books, chains, st.watch.last(), st.positions, {}};
  if (found) st.last.explained = reconcile(books, *found);
  tell(self, news);
  tell_of_drift(self);
  for (auto& p : std::exchange(st.waiting, {})) p.deliver(st.last);
}

/// A conversion that has sent its money meanwhile lacks nothing: the books are asked again what
/// stood still, where anything did.
void compare_what_stood(audit_self self, const trial_balance& books,
                        const onchain_balances& chains) {
  const auto query = self->state.w->dir.handles.get<actors::query_actor>();
  const auto alone = [self, books, chains] {
    auto kept = books;
    keep_nothing_standing(kept);
    compare(self, kept, chains);
  };
  if (books.moving.empty()) return compare(self, books, chains);
  if (!query) return alone();
  self->request(query, self->state.w->settings.patience.load, actors::solvency_atom::value)
      .then(
          [self, books, chains](const trial_balance& after) {
            auto kept = books;
            keep_what_stood_still(kept, after);
            compare(self, kept, chains);
          },
          [alone](const caf::error&) { alone(); });
}

void give_up(audit_self self, const caf::error& why) {
  self->state.looking = false;
  for (auto& p : std::exchange(self->state.waiting, {})) p.deliver(why);
}

/// @param block, node  where all of it is read; "latest" and nothing: wherever it is answered.
void read_polygon_at(audit_self self, const trial_balance& books, onchain_balances found,
                     std::string_view block, std::optional<std::uint32_t> node) {
  const auto& s = self->state.settings;
  auto calls = balances_of(s.polygon_usdt0, s.polygon_owner, s.other_owners, block);
  const auto owners = calls.size();
  for (auto& c : balances_of(s.polygon_usdc, s.polygon_owner, s.other_owners, block))
    calls.push_back(std::move(c));
  for (const auto& token : {s.collateral, s.collateral_source})
    if (!token.is_zero()) calls.push_back(balance_of(token, s.collateral_owner, block));
  if (!s.own_source.is_zero()) calls.push_back(balance_of(s.own_source, s.polygon_owner, block));
  for (auto& c : calls) c.node = node;
  ask_all(self, self->state.polygon, std::move(calls), [=](std::vector<rpc_result>& r) mutable {
    const std::span<const rpc_result> all{r};
    const auto usdt0 = sum_of(all.first(owners));
    const auto usdc_balance = sum_of(all.subspan(owners, owners));
    const auto collateral = sum_of(all.subspan(2 * owners));
    found.polygon_known = usdt0 && usdc_balance && collateral;
    if (found.polygon_known) {
      found.polygon_usdt0 = *usdt0;
      found.polygon_usdc = *usdc_balance;
      found.polygon_collateral = *collateral;
    }
    compare_what_stood(self, books, found);
  });
}

/// A move between our accounts must be seen in one of them: in none it would be a shortfall.
void read_polygon(audit_self self, const trial_balance& books, const onchain_balances& found) {
  if (!self->state.settings.moves_between_accounts)
    return read_polygon_at(self, books, found, "latest", std::nullopt);
  ask_all(self, self->state.polygon, {eth::block_number()}, [=](std::vector<rpc_result>& r) {
    const auto head = eth::answer(r[0], eth::read_number);
    if (!head) return compare_what_stood(self, books, found);
    read_polygon_at(self, books, found, eth::quantity(*head), r[0].node);
  });
}

/// From the `next` on, one after the other; then Polygon, to which their money goes.
void read_sources(audit_self self, const trial_balance& books, const onchain_balances& found,
                  std::size_t next) {
  const auto& s = self->state.settings;
  if (next == s.other_sources.size()) return read_polygon(self, books, found);
  const auto& source = s.other_sources[next];
  ask_all(self, source.nodes, balances_of(source.token, s.polygon_owner, s.other_owners, "latest"),
          [=](std::vector<rpc_result>& r) {
            auto more = found;
            const auto part = sum_of(r);
            more.sources_known = found.sources_known && part;
            if (part) more.other_sources = add_saturating(found.other_sources, *part);
            read_sources(self, books, more, next + 1);
          });
}

void read_plasma(audit_self self, const trial_balance& books) {
  const auto& s = self->state.settings;
  ask_all(self, self->state.plasma,
          balances_of(s.plasma_usdt0, s.plasma_owner, s.other_owners, "latest"),
          [=](std::vector<rpc_result>& r) {
            onchain_balances found;
            const auto usdt0 = sum_of(r);
            found.plasma_known = usdt0.has_value();
            if (usdt0) found.plasma_usdt0 = *usdt0;
            read_sources(self, books, found, 0);
          });
}

/// The books first: what they call in transit is on a chain before they say so. Without the books
/// there is nothing to compare.
void look(audit_self self) {
  auto& st = self->state;
  if (std::exchange(st.looking, true)) return;
  const auto query = st.w->dir.handles.get<actors::query_actor>();
  if (!query) return give_up(self, make_error(errc::unavailable));
  self->request(query, st.w->settings.patience.load, actors::solvency_atom::value)
      .then([self](const trial_balance& books) { read_plasma(self, books); },
            [self](const caf::error& e) { give_up(self, e); });
}

caf::result<solvency_report> report(audit_self self) {
  auto& st = self->state;
  const bool looked = st.watch.last().checked;
  if (looked && self->clock().now() < st.looked_at + st.settings.fresh) return st.last;
  if (st.waiting.size() >= st.settings.max_waiting) return make_error(errc::overloaded);
  auto promise = self->make_response_promise<solvency_report>();
  st.waiting.push_back(promise);
  look(self);
  return promise;
}

}  // namespace

actors::audit_actor::behavior_type audit_behavior(audit_self self, actors::world_ptr w,
                                                  audit_settings settings, rpc_actor plasma,
                                                  rpc_actor polygon) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.plasma = std::move(plasma);
  st.polygon = std::move(polygon);
  self->send(self, actors::poll_atom::value);
  return {
      [self](actors::get_atom) { return report(self); },
      [self](actors::solvency_atom) { return self->state.watch.last(); },
      [self](actors::poll_atom) {
        self->delayed_send(self, self->state.settings.check_every, actors::poll_atom::value);
        look(self);
        compare_positions(self);
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        const auto& v = s.watch.last();
        return actors::status_report{audit_state::name,
                                     {{"plasma_known", s.last.chains.plasma_known ? "yes" : "no"},
                                      {"sources_known", s.last.chains.sources_known ? "yes" : "no"},
                                      {"polygon_known", s.last.chains.polygon_known ? "yes" : "no"},
                                      {"solvent", !v.checked  ? "not checked yet"
                                                  : v.solvent ? "yes"
                                                              : "no"},
                                      {"onchain_shortfall", to_string(v.shortfall)}}};
      },
  };
}

}  // namespace headroom::chain
