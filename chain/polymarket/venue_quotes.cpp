#include <spdlog/spdlog.h>

#include "chain/polymarket/venue_desk.hpp"

/// Markets, prices and signatures: everything before an order exists for the venue.
namespace headroom::chain::polymarket {
namespace {

constexpr std::size_t markets_kept = 4'096;
constexpr std::size_t waiters_per_market = 4'096;

/// Of a read that must succeed for us to go on.
errc why_not(const http_result& r) {
  if (r.outcome == http_outcome::answered && (r.status == 404 || r.status == 400))
    return errc::unknown_market;
  return errc::unavailable;
}

}  // namespace

// -- markets -------------------------------------------------------------------------------------

void venue_desk::with_market(const uint256& token, venue_state::market_answer use) {
  if (const auto i = st_.markets.find(token); i != st_.markets.end()) {
    if (now() < i->second.until) return use(&i->second.value, errc::none);
    st_.markets.erase(i);
  }
  auto& waiters = st_.loading[token];  // everyone waits for the same load
  if (waiters.size() >= waiters_per_market) return use(nullptr, errc::overloaded);
  waiters.push_back(std::move(use));
  if (waiters.size() == 1) load_market(token);
}

void venue_desk::load_market(const uint256& token) {
  fetch("GET", "/markets-by-token/" + token.decimal(), {}, {}, st_.settings.read_timeout,
        [self = self_, token](const http_result& r) {
          venue_desk desk{self};
          if (r.outcome != http_outcome::answered || r.status != 200)
            return desk.loaded(token, std::nullopt, why_not(r));
          const auto condition = read_condition(r.body);
          if (!condition) return desk.loaded(token, std::nullopt, errc::unknown_market);
          desk.load_details(token, *condition);
        });
}

void venue_desk::load_details(const uint256& token, const std::string& condition) {
  fetch("GET", "/clob-markets/" + condition, {}, {}, st_.settings.read_timeout,
        [self = self_, token](const http_result& r) {
          venue_desk desk{self};
          if (r.outcome != http_outcome::answered || r.status != 200)
            return desk.loaded(token, std::nullopt, why_not(r));
          auto found = read_market(r.body, token);
          if (!found) spdlog::warn("venue.unreadable_market token={}", token.decimal());
          desk.loaded(token, std::move(found), errc::unavailable);
        });
}

void venue_desk::loaded(const uint256& token, std::optional<market> found, errc why) {
  const auto waiters = st_.loading.extract(token);
  if (found) {
    if (st_.markets.size() >= markets_kept) st_.markets.erase(st_.markets.begin());
    st_.markets[token] = {*found, now() + st_.settings.market_ttl};
  }
  if (waiters.empty()) return;
  for (const auto& use : waiters.mapped()) use(found ? &*found : nullptr, why);
}

// -- quotes --------------------------------------------------------------------------------------

caf::result<actors::order_quote> venue_desk::quote(const actors::quote_order& x) {
  if (auto why = closed()) return *why;
  if (st_.reads >= st_.settings.max_reads && !st_.markets.contains(x.token))
    return make_error(errc::overloaded);
  auto promise = self_->make_response_promise<actors::order_quote>();
  ++st_.reads;
  with_market(x.token, [x, promise, self = self_](const market* m, errc why) mutable {
    --self->state.reads;
    if (m == nullptr) {
      promise.deliver(make_error(why));
      return;
    }
    if (!m->accepting) {
      promise.deliver(make_error(errc::market_closed));
      return;
    }
    switch (check_price(x.max_price, m->ticks)) {
      case price_check::ok: break;
      case price_check::off_tick:
        promise.deliver(make_error(errc::price_off_tick, "tick " + to_string(m->ticks.tick)));
        return;
      case price_check::out_of_bounds:
        promise.deliver(make_error(errc::invalid_field, "max_price is outside [tick, 1 - tick]"));
        return;
    }
    const auto priced = price_buy(x.amount, x.max_price, *m);
    if (!priced) {
      promise.deliver(make_error(errc::amount_too_small, "less than $1 is left after the fee"));
      return;
    }
    promise.deliver(actors::order_quote{x.token,
                                        m->neg_risk,
                                        {priced->amounts.maker},
                                        {priced->amounts.taker},
                                        priced->max_fee,
                                        x.max_price,
                                        m->fees.rate_micro,
                                        m->fees.exponent});
  });
  return promise;
}

/// Nothing is sent: the bytes go to the books first.
caf::result<actors::signed_order> venue_desk::sign(const actors::order_quote& q) {
  if (auto why = closed()) return *why;
  const auto noise = w_.random();
  order body;
  for (std::size_t i = 0; i < 8; ++i) body.salt = body.salt << 8 | noise.bytes[i];
  body.salt &= max_salt;
  body.token = q.token;
  body.maker_amount = q.maker_amount.micro;
  body.taker_amount = q.taker_amount.micro;
  body.side = side::buy;
  body.timestamp_ms = static_cast<std::uint64_t>(w_.now().us / 1000);
  const exchange where{st_.settings.chain_id,
                       q.neg_risk ? st_.settings.neg_risk_exchange : st_.settings.exchange};
  auto done = polymarket::sign(std::move(body), where, order_type::fok, *st_.key);
  done.terms = order_terms{{q.fee_rate_micro, q.fee_exponent}, st_.chain_block};
  note_block();
  return actors::signed_order{done.hash, encode(done)};
}

}  // namespace headroom::chain::polymarket
