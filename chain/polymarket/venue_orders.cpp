#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/polymarket/venue_desk.hpp"

/// Orders at the venue: submit and cancel. What is not known for certain is `unknown`; what became
/// of an order is found out in venue_lookups.cpp.
namespace headroom::chain::polymarket {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds short_pause{500};  // for "later" without a time

venue_answer unknown_because(std::string reason) {
  return {venue_verdict::unknown, {}, {}, {}, std::move(reason), false};
}

venue_answer not_now_because(std::string reason) {
  return {venue_verdict::not_now, {}, {}, {}, std::move(reason), false};
}

/// The reason first, then the venue's words.
std::string words_of(const post_answer& a) {
  std::string out{a.reason};
  if (!a.detail.empty()) out += ": " + a.detail;
  return out;
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
    case venue_verdict::refused: ++st_.refused; return;
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
  ++st_.in_flight;
  auto order = read_stored(x.order);
  if (!order)
    return end_submit(promise,
                      {venue_verdict::refused, {}, {}, {}, "unreadable order bytes", false});
  if (!is_ours(*order)) return end_submit(promise, not_now_because(std::string{another_key}));
  const auto shared = std::make_shared<const signed_order>(std::move(*order));
  fetch_as_us({"POST",
               "/order",
               {},
               [shared](const api_credentials& c) { return post_body(*shared, c.key); },
               st_.settings.order_timeout,
               x.deadline},
              [self = self_, shared, promise, deadline = x.deadline](const http_result& r) {
                venue_desk desk{self};
                const bool kept_back =
                    r.outcome == http_outcome::refused_before_send && desk.w_.now() >= deadline;
                if (kept_back)
                  return desk.end_submit(promise,
                                         not_now_because(std::string{actors::sent_too_late}));
                desk.heard(*shared, r, promise);
              });
}

void venue_desk::heard(const signed_order& order, const http_result& r, answer_promise promise) {
  if (r.outcome == http_outcome::refused_before_send)
    return end_submit(promise, not_now_because("the venue cannot be reached"));
  if (r.outcome == http_outcome::maybe_sent)
    return end_submit(promise, unknown_because("no answer: " + r.error));
  const auto a = read_post_answer(r.status, r.body, r.header("Retry-After"), order.hash);
  if (a.stop) stop(words_of(a));
  switch (a.verdict) {
    case post_verdict::matched:  // its numbers come from the look-up that follows
      return end_submit(promise, {venue_verdict::matched, {}, {}, {}, {}, false, {}});
    case post_verdict::refused:
      // A tick or a fee of ours may be old: the next quote reads the market again.
      st_.markets.erase(order.body.token);
      return end_submit(
          promise, {venue_verdict::refused, {}, {}, {}, words_of(a), says_never_filled(a.reason)});
    case post_verdict::retry_later: {
      const auto wait = std::max<milliseconds>(a.retry_after, short_pause);
      st_.paused_until = std::max(st_.paused_until, now() + wait);
      return end_submit(promise, not_now_because(words_of(a)));
    }
    case post_verdict::unknown: return end_submit(promise, unknown_because(words_of(a)));
  }
}

void venue_desk::end_submit(answer_promise promise, venue_answer a) {
  --st_.in_flight;
  count(a);
  promise.deliver(std::move(a));
  send_queued();
}

/// Another account's orders are hidden from us: the venue's "not found" would say nothing.
bool venue_desk::is_ours(const signed_order& order) const {
  return order.body.signer == st_.account;
}

// -- cancel --------------------------------------------------------------------------------------

/// True when the venue says for this very hash that it is not, or no longer, in its book (see
/// read_cancel_answer); every failure is false.
caf::result<bool> venue_desk::cancel(const actors::cancel_order& x) {
  const auto order = read_stored(x.order);
  if (!order || !is_ours(*order)) return false;
  if (st_.reads >= st_.settings.max_reads) return make_error(errc::overloaded);
  const auto& hash = order->hash;
  auto promise = self_->make_response_promise<bool>();
  ++st_.reads;
  auto body = [id = hash.hex()](const api_credentials&) { return "{\"orderID\":\"" + id + "\"}"; };
  fetch_as_us({"DELETE", "/order", {}, std::move(body), st_.settings.order_timeout},
              [self = self_, hash = hash, promise](const http_result& r) mutable {
                --self->state.reads;
                promise.deliver(r.outcome == http_outcome::answered &&
                                read_cancel_answer(r.status, r.body, hash));
              });
  return promise;
}

}  // namespace headroom::chain::polymarket
