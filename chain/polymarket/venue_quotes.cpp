#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/deliver.hpp"
#include "chain/polymarket/order_making.hpp"
#include "chain/polymarket/stored_order.hpp"
#include "chain/polymarket/venue_desk.hpp"

/// Markets, prices and signatures: everything before an order exists for the venue.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t markets_kept = 4'096;
constexpr std::size_t unreadable_kept = 16'384;
constexpr std::size_t waiters_per_market = 4'096;
constexpr milliseconds read_again{1'000};    // after a market that could not be read
constexpr milliseconds fresh_enough{2'000};  // to refuse a bet by

/// Drops any entry when there is no room: it is only a cache.
template <class Map>
void make_room(Map& map, std::size_t at_most) {
  if (map.size() >= at_most) map.erase(map.begin());
}

/// Our own self-test closes the venue as its own words do (account_keeper.hpp).
std::optional<caf::error> not_ready(const actors::venue_gauge& gauge,
                                    caf::actor_clock::time_point now) {
  const auto c = gauge.accounts();
  if (c.why == actors::venue_stop::none) return std::nullopt;
  return make_error(errc::unavailable, std::string{actors::sentence_of(c.why)}, c.left(now));
}

}  // namespace

// -- markets -------------------------------------------------------------------------------------

/// From the cache while it is good; `anew`: read now. Everyone waits for the same load.
void venue_desk::with_market(const uint256& token, venue_state::market_answer use, bool anew) {
  const auto known = st_.markets.find(token);
  if (!anew && known != st_.markets.end() &&
      now() < known->second.read_at + st_.settings.market_ttl)
    return use(&known->second.value, errc::none);
  if (const auto i = st_.unreadable.find(token); i != st_.unreadable.end()) {
    if (now() < i->second.until) return use(nullptr, i->second.why);
    st_.unreadable.erase(i);
  }
  const bool first = !st_.loading.contains(token);
  if (first && (st_.loading.size() >= st_.settings.max_loads || now() < st_.reads_paused_until))
    return use(nullptr, errc::overloaded);
  auto& waiters = st_.loading[token];
  if (waiters.size() >= waiters_per_market) return use(nullptr, errc::overloaded);
  waiters.push_back(std::move(use));
  if (!first) return;
  if (known != st_.markets.end()) return load_details(token, known->second.value.condition);
  load_market(token);
}

void venue_desk::load_market(const uint256& token) {
  fetch(door::reads, {"GET", st_.settings.url + "/markets-by-token/" + token.decimal(), {}, {}},
        st_.settings.read_timeout, [self = self_, token](const net::http_result& r) {
          venue_desk desk{self};
          if (r.outcome != net::http_outcome::answered || r.status != 200)
            return desk.not_loaded(token, r);
          const auto condition = read_condition(r.body);
          if (!condition) return desk.loaded(token, std::nullopt, errc::unknown_market);
          desk.load_details(token, *condition);
        });
}

void venue_desk::load_details(const uint256& token, const std::string& condition) {
  fetch(door::reads, {"GET", st_.settings.url + "/clob-markets/" + condition, {}, {}},
        st_.settings.read_timeout, [self = self_, token](const net::http_result& r) {
          venue_desk desk{self};
          if (r.outcome != net::http_outcome::answered || r.status != 200)
            return desk.not_loaded(token, r);
          auto found = read_market(r.body, token);
          if (!found && self->state.logged.due("unreadable_market", desk.now()))
            spdlog::warn("venue.unreadable_market token={}", token.decimal());
          desk.loaded(token, std::move(found), errc::unavailable);
        });
}

/// A 404 or a 400 says that there is no such market; everything else says nothing of it. Who asks
/// us to wait gets it.
void venue_desk::not_loaded(const uint256& token, const net::http_result& r) {
  const bool answered = r.outcome == net::http_outcome::answered;
  st_.reads_paused_until = std::max(st_.reads_paused_until, asked_to_wait(r));
  const bool unknown = answered && (r.status == 404 || r.status == 400);
  loaded(token, std::nullopt, unknown ? errc::unknown_market : errc::unavailable);
}

void venue_desk::loaded(const uint256& token, std::optional<market> found, errc why) {
  const auto waiters = st_.loading.extract(token);
  if (found) {
    make_room(st_.markets, markets_kept);
    st_.markets.insert_or_assign(token, venue_state::cached{*found, now()});
  } else {
    const auto rest = why == errc::unknown_market ? st_.settings.unknown_ttl : read_again;
    make_room(st_.unreadable, unreadable_kept);
    st_.unreadable.insert_or_assign(token, venue_state::refusal{why, now() + rest});
    if (why == errc::unknown_market) st_.markets.erase(token);
  }
  if (waiters.empty()) return;
  for (const auto& use : waiters.mapped()) use(found ? &*found : nullptr, why);
}

// -- quotes --------------------------------------------------------------------------------------

std::optional<caf::error> venue_desk::not_this_market(const uint256& token) const {
  const auto i = st_.stopped_markets.find(token);
  if (i == st_.stopped_markets.end() || now() >= i->second.until) return std::nullopt;
  const actors::venue_gauge::view stopped{actors::venue_stop::none, i->second.until};
  return make_error(i->second.why, "the venue takes no orders of ours on this market now",
                    stopped.left(now()));
}

std::optional<caf::error> venue_desk::over_budget(const std::string& by) {
  if (by.empty()) return std::nullopt;
  auto& budgets = by.starts_with("user:") ? st_.signers : st_.keys;
  const auto wait = budgets.take(by, now());
  if (wait.count() == 0) return std::nullopt;
  return make_error(errc::rate_limited, "too many orders by this signer or key",
                    std::chrono::ceil<std::chrono::seconds>(wait));
}

/// Ticks become finer, fees change and markets open while we remember them: what is not fresh may
/// say yes, but before it says no the market is read again (facts/polymarket.md, change 19).
template <class Question>
void venue_desk::price(Question x, quote_promise promise, bool anew) {
  ++st_.reads;
  with_market(
      x.token,
      [x, promise, anew, self = self_](const market* m, errc why) mutable {
        venue_desk desk{self};
        --desk.st_.reads;
        if (m == nullptr) {
          promise.deliver(make_error(why));
          return;
        }
        auto quote = quote_at(x, *m);
        const auto known = desk.st_.markets.find(x.token);
        const bool stale = !anew && known != desk.st_.markets.end() &&
                           desk.now() >= known->second.read_at + fresh_enough;
        if (!quote && stale) return desk.price(x, promise, true);
        if (!quote || desk.st_.betting->turns.take(desk.now()))
          return actors::deliver(promise, std::move(quote));
        desk.wait_for_turn({x.by, x.user, x.deadline}, *quote, promise);
      },
      anew);
}

template <class Question>
caf::result<actors::order_quote> venue_desk::quoted(const Question& x) {
  if (is_protocol_v2(x.token))
    return make_error(errc::unsupported_market, "a market of Polymarket's Protocol V2");
  if (auto why = closed()) return *why;
  if (auto why = not_ready(w_.dir.gauges.venue_state(), now())) return *why;
  if (auto why = not_this_market(x.token)) return *why;
  if (auto why = over_budget(x.by)) return *why;
  if (st_.reads >= st_.settings.max_reads && !st_.markets.contains(x.token))
    return make_error(errc::overloaded);
  auto promise = self_->make_response_promise<actors::order_quote>();
  price(x, promise, false);
  return promise;
}

caf::result<actors::order_quote> venue_desk::quote(const actors::quote_order& x) {
  return quoted(x);
}
caf::result<actors::order_quote> venue_desk::quote(const actors::quote_sale& x) {
  return quoted(x);
}

/// Nothing is sent: the bytes go to the books first.
caf::result<actors::signed_order> venue_desk::sign(const actors::order_quote& q) {
  if (auto why = closed()) return *why;
  auto body = order_of(q, w_.random(), w_.now());
  const exchange where{st_.settings.chain_id,
                       q.neg_risk ? st_.settings.neg_risk_exchange : st_.settings.exchange};
  const auto& as = *st_.betting;
  auto done = polymarket::sign(std::move(body), where, type_of(q.fill),
                               {*as.who.key, as.owner, as.who.kind, as.who.wallet});
  done.terms = order_terms{{q.fee_rate_micro, q.fee_exponent}, st_.chain_block};
  note_block();
  return actors::signed_order{done.hash, encode(done)};
}

}  // namespace headroom::chain::polymarket
