#include "chain/polymarket/venue_actor.hpp"

#include "chain/polymarket/venue_desk.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr double pass_burst = 4;  // a lone bet is followed closely at first

net::asker_budgets budgets_of(const venue_settings& s, double share) {
  constexpr double seconds_at_once = 10;
  constexpr std::size_t askers_at_most = 65'536;
  const auto rate = s.orders_per_second * share;
  return {rate, std::max(1.0, rate * seconds_at_once), askers_at_most};
}

std::string names_of(const venue_state& st) {
  std::string out;
  for (const auto& l : st.logins) out += (out.empty() ? "" : " ") + l.who.name;
  return out;
}

std::size_t following(const venue_state& st) {
  std::size_t out = 0;
  for (const auto& l : st.logins) out += l.looks.size();
  return out;
}

/// One for each account.
void make_logins(venue_state& st, const venue_accounts& accounts) {
  const auto* const bets = &betting_account(accounts);
  for (const auto& a : accounts) {
    auto& l = st.logins.emplace_back();
    l.who = a;
    l.owner = a.key->address_of();
    l.passes = net::rate_limit{st.settings.trade_passes_per_second, pass_burst};
    l.turns = turns_by(st.settings);
    if (&a == bets) st.betting = &l;
  }
}

}  // namespace

hinted_venue_actor::behavior_type venue_behavior(venue_self self, actors::world_ptr w,
                                                 venue_settings settings,
                                                 const venue_accounts& accounts, venue_doors doors,
                                                 rpc_actor chain) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  make_logins(st, accounts);
  st.doors = std::move(doors);
  st.chain = std::move(chain);
  st.rate = net::rate_limit{st.settings.orders_per_second, st.settings.order_burst};
  st.signers = budgets_of(st.settings, st.settings.signer_share);
  st.keys = budgets_of(st.settings, st.settings.key_share);
  st.cancels = net::rate_limit{st.settings.cancels_per_second, st.settings.cancel_burst};
  st.data_reads = net::rate_limit{st.settings.reads_per_second, st.settings.read_burst};
  venue_desk{self}.show_reads();
  venue_desk{self}.open_channels();
  venue_desk{self}.check_version();
  venue_desk{self}.note_block();
  st.w->dir.gauges.turns().waiting.store(0, std::memory_order_relaxed);  // an earlier actor's
  return {
      [self](const actors::quote_order& x) { return venue_desk{self}.quote(x); },
      [self](const actors::quote_sale& x) { return venue_desk{self}.quote(x); },
      [self](const actors::order_quote& q) { return venue_desk{self}.sign(q); },
      [self](actors::submit_order& x) { return venue_desk{self}.submit(x); },
      [self](const actors::look_up_order& x) { return venue_desk{self}.look_up(x); },
      [self](const actors::cancel_order& x) { return venue_desk{self}.cancel(x); },
      [self](const actors::order_hints& x) { venue_desk{self}.hinted(x); },
      [self](actors::wake_atom) { venue_desk{self}.wake(); },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{venue_state::name,
                                     {{"url", s.settings.url},
                                      {"account", s.betting->owner.hex()},
                                      {"accounts", names_of(s)},
                                      {"version", std::to_string(s.version)},
                                      {"stopped", venue_desk{self}.why_closed()},
                                      {"stopped_markets", std::to_string(s.stopped_markets.size())},
                                      {"api_key", s.betting->credentials ? "yes" : "no"},
                                      {"markets", std::to_string(s.markets.size())},
                                      {"turns", std::to_string(s.betting->turns.waiting())},
                                      {"queued", std::to_string(s.queue.size())},
                                      {"in_flight", std::to_string(s.in_flight)},
                                      {"following", std::to_string(following(s))},
                                      {"filled", std::to_string(s.filled)},
                                      {"refused", std::to_string(s.refused)},
                                      {"unknown", std::to_string(s.unknown)},
                                      {"not_now", std::to_string(s.not_now)}}};
      },
  };
}

}  // namespace headroom::chain::polymarket
