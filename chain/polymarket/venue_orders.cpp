#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/polymarket/reasons.hpp"
#include "chain/polymarket/stored_order.hpp"
#include "chain/polymarket/venue_desk.hpp"

/// Orders at the venue: submit and cancel. What is not known for certain is `unknown`; what became
/// of an order is found out in venue_lookups.cpp.
namespace headroom::chain::polymarket {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds short_pause{500};          // for "later" without a time
constexpr milliseconds key_pause{2'000};          // for a renewed key that was refused as well
constexpr std::uint32_t funds_refused_alarm = 5;  // in a row

venue_answer unknown_because(std::string reason) {
  return {venue_verdict::unknown, {}, {}, {}, std::move(reason)};
}

venue_answer not_now_because(std::string reason) {
  return {venue_verdict::not_now, {}, {}, {}, std::move(reason)};
}

/// These texts are about the order itself, whichever POST of it they answer: a killed FOK order is
/// over for good.
bool says_never_filled(std::string_view reason) {
  return reason == "fok_not_filled" || reason == "no_match";
}

}  // namespace

std::optional<signed_order> read_stored(const actors::signed_order& stored) {
  auto order = decode(stored.bytes);
  if (!order || order->hash != stored.hash) return std::nullopt;
  return order;
}

void venue_desk::count(const venue_answer& a) {
  switch (a.verdict) {
    case venue_verdict::filled: ++st_.filled; return;
    case venue_verdict::refused:
    case venue_verdict::refused_conclusive: ++st_.refused; return;
    case venue_verdict::not_now: ++st_.not_now; return;
    case venue_verdict::over: ++st_.refused; return;
    case venue_verdict::unknown:
    case venue_verdict::absent:
    case venue_verdict::live: ++st_.unknown; return;
    case venue_verdict::matched: return;  // counted when it is filled
  }
}

// -- submit --------------------------------------------------------------------------------------

caf::result<venue_answer> venue_desk::submit(actors::submit_order& x) {
  if (now() < st_.paused_until) return not_now_because("the venue asked to wait");
  if (const auto why = closed()) return not_now_because(actors::detail_of(*why));
  if (st_.queue.size() >= st_.settings.max_queued)
    return not_now_because("the order queue is full");
  auto promise = self_->make_response_promise<venue_answer>();
  st_.queue.push_back({std::move(x), promise});
  send_queued();
  return promise;
}

/// As fast as the venue's limit and our own bound allow.
void venue_desk::send_queued() {
  while (!st_.queue.empty() && st_.in_flight < st_.settings.max_in_flight) {
    if (now() < st_.paused_until) {
      for (auto& x : std::exchange(st_.queue, {}))
        x.promise.deliver(not_now_because("the venue asked to wait"));
      return;
    }
    if (!st_.rate.take(now())) {
      if (std::exchange(st_.queue_due, true)) return;
      return after(st_.rate.wait(now()), [self = self_] {
        self->state.queue_due = false;
        venue_desk{self}.send_queued();
      });
    }
    auto next = std::move(st_.queue.front());
    st_.queue.pop_front();
    send(std::move(next.what), std::move(next.promise));
  }
}

void venue_desk::send(actors::submit_order x, answer_promise promise) {
  auto order = read_stored(x.order);
  if (!order)
    return end_submit(promise, {venue_verdict::refused, {}, {}, {}, "unreadable order bytes"});
  auto* const as = login_of(*order);
  if (as == nullptr) return end_submit(promise, not_now_because(std::string{not_ours}));
  const auto shared = std::make_shared<const signed_order>(std::move(*order));
  ++st_.in_flight;  // until the POST is answered: its trades take no place
  fetch_as_us(
      {as,
       "POST",
       "/order",
       {},
       [shared](const api_credentials& c) { return post_body(*shared, c.key); },
       st_.settings.order_timeout,
       x.deadline,
       door::orders},
      [self = self_, as, shared, promise, deadline = x.deadline](const net::http_result& r) {
        venue_desk desk{self};
        --desk.st_.in_flight;
        const bool kept_back =
            r.outcome == net::http_outcome::refused_before_send && desk.w_.now() >= deadline;
        if (kept_back) {
          desk.end_submit(promise, not_now_because(std::string{actors::sent_too_late}));
        } else {
          desk.heard(*shared, *as, r, promise);
        }
        desk.send_queued();
      });
}

void venue_desk::heard(const signed_order& order, login& as, const net::http_result& r,
                       answer_promise promise) {
  if (r.outcome == net::http_outcome::refused_before_send)
    return end_submit(promise, not_now_because("the venue cannot be reached"));
  if (r.outcome == net::http_outcome::maybe_sent)
    return end_submit(promise, unknown_because("no answer came: it is being looked up"));
  const auto a = read_post_answer(
      {r.status, r.body, r.header("Retry-After"), w_.now().seconds() + st_.clock_skew}, order.hash);
  draw_conclusions(order, as, a);
  if (a.verdict == venue_verdict::matched)  // its numbers come from the look-up that follows
    return end_submit(promise, {venue_verdict::matched, {}, {}, {}, {}});
  const bool conclusive = a.verdict == venue_verdict::refused && says_never_filled(a.reason);
  const auto verdict = conclusive ? venue_verdict::refused_conclusive : a.verdict;
  end_submit(promise, {verdict, {}, {}, {}, explained(a.reason)});
}

/// What an answer says beyond its own order. The venue's words end here, in the log.
void venue_desk::draw_conclusions(const signed_order& order, login& as, const post_answer& a) {
  using actors::venue_stop;
  const auto& token = order.body.token;
  if (a.verdict != venue_verdict::matched)
    if (st_.logged.due(a.reason, now()))
      spdlog::warn("venue.order_answer order={} reason={} words=\"{}\"", order.hash.hex(), a.reason,
                   a.detail);
  if (a.scope != stop_scope::credentials) as.unauthorized_since.reset();
  if (a.verdict == venue_verdict::not_now) {
    const auto least = a.scope == stop_scope::credentials ? key_pause : short_pause;
    pause_orders(std::max<milliseconds>(a.retry_after, least));
    if (a.reason == "rate_limited" || a.retry_after.count() > 0)
      hold_turns(*st_.betting, st_.paused_until);
  }
  // A tick or a fee of ours may be old: the next quote reads the market again.
  const auto known = st_.markets.find(token);
  if (a.verdict == venue_verdict::refused && known != st_.markets.end())
    known->second.read_at = now() - st_.settings.market_ttl;
  count_refused_funds(a);
  switch (a.scope) {
    case stop_scope::none: return;
    case stop_scope::version: check_version(); [[fallthrough]];
    case stop_scope::token: {
      const bool over = a.reason == "orderbook_gone";
      return stop_market(token, a.reason, over ? errc::market_closed : errc::unavailable);
    }
    case stop_scope::account:
      if (&as == st_.betting) stop(venue_stop::account, st_.settings.stop_pause);
      return;
    case stop_scope::credentials: return not_authorized(as);
  }
}

/// One may be a matter of moments. Many in a row mean that the account lacks collateral or an
/// allowance, or that the venue counts what is long settled (facts/polymarket.md, change 15).
void venue_desk::count_refused_funds(const post_answer& a) {
  constexpr std::string_view kind = "venue.collateral";
  if (a.verdict == venue_verdict::matched) {
    st_.funds_refused = 0;
    w_.dir.gauges.alerts().clear(kind, "", w_.now());
  }
  if (a.reason != "insufficient_funds" || ++st_.funds_refused < funds_refused_alarm) return;
  w_.dir.gauges.alerts().raise(
      kind, "", "the venue refuses order after order for lack of collateral or allowance",
      w_.now());
}

void venue_desk::end_submit(answer_promise promise, venue_answer a) {
  count(a);
  promise.deliver(std::move(a));
}

/// An account's orders are hidden from every other: its "not found" would say nothing.
venue_desk::login* venue_desk::login_of(const signed_order& order) {
  const auto i = std::find_if(st_.logins.begin(), st_.logins.end(),
                              [&](const auto& l) { return l.owner == order.account; });
  return i == st_.logins.end() ? nullptr : &*i;
}

// -- cancel --------------------------------------------------------------------------------------

/// True when the venue says for this very hash that it is not, or no longer, in its book (see
/// read_cancel_answer); every failure is false.
caf::result<bool> venue_desk::cancel(const actors::cancel_order& x) {
  const auto order = read_stored(x.order);
  auto* const as = order ? login_of(*order) : nullptr;
  if (as == nullptr) return false;
  if (st_.reads >= st_.settings.max_reads) return make_error(errc::overloaded);
  // Not sent is not cancelled: it is asked again at the pace of the looks.
  if (now() < st_.cancels_paused_until || !st_.cancels.take(now())) return false;
  const auto& hash = order->hash;
  auto promise = self_->make_response_promise<bool>();
  ++st_.reads;
  auto body = [id = hash.hex()](const api_credentials&) { return "{\"orderID\":\"" + id + "\"}"; };
  fetch_as_us(
      {as, "DELETE", "/order", {}, std::move(body), st_.settings.order_timeout, {}, door::orders},
      [self = self_, hash = hash, promise](const net::http_result& r) mutable {
        auto& st = self->state;
        --st.reads;
        st.cancels_paused_until =
            std::max(st.cancels_paused_until, venue_desk{self}.asked_to_wait(r));
        promise.deliver(r.outcome == net::http_outcome::answered &&
                        read_cancel_answer(r.status, r.body, hash));
      });
  return promise;
}

}  // namespace headroom::chain::polymarket
