#include <algorithm>

#include "chain/polymarket/venue_desk.hpp"

/// Whose new order is next. The turn is taken when an order has its price and nothing of it is
/// stored: who has to go without loses nothing. What is stored has had its turn; it goes by the
/// whole of the venue's limit (venue_orders.cpp), so it is not kept waiting by new orders, and
/// neither are cancels and look-ups.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A bucket that lets through no more than `most`, two at least, in any `length`.
net::rate_limit window_of(double most, seconds length) {
  const auto at_once = std::max(1.0, most / 10);
  return {(most - at_once) / static_cast<double>(length.count()), at_once};
}

/// All who sign themselves are one front end: their number must not weigh against a key's users.
std::string front_of(const std::string& by) { return by.starts_with("user:") ? "user:" : by; }

}  // namespace

order_turns turns_by(const venue_settings& s) {
  const auto share = s.turn_share;
  return {{net::rate_limit{s.orders_per_second * share, std::max(1.0, s.order_burst * share)},
           window_of(s.orders_in_ten_seconds * share, seconds{10}),
           window_of(s.orders_in_ten_minutes * share, seconds{600})},
          {s.turns_of_a_user, s.max_turns}};
}

/// A turn may come so late that betting is closed by then.
void venue_desk::wait_for_turn(const applicant& who, const actors::order_quote& q,
                               quote_promise promise) {
  auto& as = *st_.betting;
  std::chrono::microseconds patience = st_.settings.turn_patience;
  if (who.deadline.is_set())
    patience = std::min(patience, std::chrono::microseconds{who.deadline.us - w_.now().us});
  auto told = [self = self_, q, promise](const std::optional<order_turns::refusal>& why) mutable {
    venue_desk desk{self};
    if (why) return desk.refuse_turn(*why, promise);
    auto shut = desk.closed();
    if (!shut) shut = desk.not_this_market(q.token);
    if (shut) {
      promise.deliver(std::move(*shut));
    } else {
      promise.deliver(q);
    }
  };
  const auto why =
      as.turns.join({front_of(who.by), who.user, now() + patience}, std::move(told), now());
  if (why) return refuse_turn(*why, promise);
  serve_turns(as);
}

void venue_desk::refuse_turn(const order_turns::refusal& why, quote_promise promise) {
  w_.dir.gauges.turns().refused.fetch_add(1, std::memory_order_relaxed);
  const auto* const words = why.why == errc::rate_limited
                                ? "too many orders of this user wait for the venue"
                                : "more orders are wanted than the venue takes";
  promise.deliver(make_error(why.why, words, why.come_back));
}

/// One timer at a time, whoever waits.
void venue_desk::serve_turns(login& as) {
  as.turns.serve(now());
  w_.dir.gauges.turns().waiting.store(st_.betting->turns.waiting(), std::memory_order_relaxed);
  const auto wait = as.turns.due(now());
  if (!wait || std::exchange(as.turns_due, true)) return;
  after(std::max(*wait, milliseconds{1}), [self = self_, &as] {
    as.turns_due = false;
    venue_desk{self}.serve_turns(as);
  });
}

/// Who cannot have a turn in time any more hears so now.
void venue_desk::hold_turns(login& as, caf::actor_clock::time_point until) {
  as.turns.hold(until);
  serve_turns(as);
}

}  // namespace headroom::chain::polymarket
