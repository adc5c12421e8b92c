#include "chain/polymarket/market_views.hpp"

namespace headroom::chain::polymarket {
namespace {

/// What the other side pays; zero stays "nobody".
usdc mirrored(usdc price) { return price.is_positive() ? sub_saturating(1_usdc, price) : usdc{}; }

void show_fees(actors::market_view& out, const std::optional<fee_schedule>& fees) {
  out.fee_known = fees.has_value();
  const auto known = fees.value_or(fee_schedule{});
  out.fee_rate_micro = known.rate_micro;
  out.fee_exponent = known.exponent;
}

}  // namespace

actors::market_status status_of(const gamma_market& m) noexcept {
  using actors::market_status;
  if (m.protocol_v2) return market_status::unsupported;
  const bool resolved = m.uma == uma_status::resolved || m.uma == uma_status::settled;
  if (m.closed) return resolved ? market_status::resolved : market_status::closed;
  return m.accepting ? market_status::open : market_status::paused;
}

actors::market_view view_of(const gamma_market& m, timestamp as_of) {
  actors::market_view out;
  out.condition = m.condition;
  out.question = m.question;
  out.closes_at = m.closes_at;
  out.status = status_of(m);
  out.tick = m.tick;
  out.min_order = m.min_order;
  out.neg_risk = m.neg_risk;
  show_fees(out, m.fees);
  out.delay_seconds = m.delay_seconds;
  for (const auto& o : m.outcomes) out.outcomes.push_back({o.token, o.name, {}, {}});
  out.as_of = as_of;
  if (m.closed || m.outcomes.empty()) return out;
  out.outcomes[0].ask = m.best_ask;
  out.outcomes[0].bid = m.best_bid;
  if (out.outcomes.size() == 2) {
    out.outcomes[1].ask = mirrored(m.best_bid);
    out.outcomes[1].bid = mirrored(m.best_ask);
  }
  return out;
}

actors::market_view view_of(const listing& m, timestamp as_of) {
  actors::market_view out;
  out.condition = hash256::parse(m.terms.condition).value_or(hash256{});
  out.status = m.terms.accepting ? actors::market_status::open : actors::market_status::paused;
  out.tick = m.terms.ticks.tick;
  out.min_order = m.min_order;
  out.neg_risk = m.terms.neg_risk;
  show_fees(out, m.terms.fees);
  for (const auto& o : m.outcomes) out.outcomes.push_back({o.token, o.name, {}, {}});
  out.as_of = as_of;
  return out;
}

void show_book(actors::outcome_view& outcome, const book& b) {
  outcome.ask = b.best_ask();
  outcome.bid = b.best_bid();
}

}  // namespace headroom::chain::polymarket
