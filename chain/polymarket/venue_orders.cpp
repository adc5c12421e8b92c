#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/eth.hpp"
#include "chain/json.hpp"
#include "chain/polymarket/reasons.hpp"
#include "chain/polymarket/venue_desk.hpp"

/// Orders at the venue: submit, follow, look up, cancel. What is not known for certain is
/// `unknown`; fills are sums of final trades, never the venue's summary of them.
namespace headroom::chain::polymarket {

/// One order whose trades are being read, until they are final or it takes too long.
struct venue_desk::following {
  explicit following(const signed_order& order)
      : hash{order.hash},
        exchange{order.exchange.contract},
        token{order.body.token},
        most_spent{order.body.maker_amount},
        whole{order.body.taker_amount} {}

  hash256 hash;
  address exchange;
  uint256 token;
  usdc most_spent;
  std::int64_t whole = 0;              // shares, micro: all of it (FOK) or nothing
  std::int64_t since = 0;              // unix seconds: no trade of it is older
  std::vector<std::string> trade_ids;  // from the venue's answer; empty: search by token
  venue_state::time_point give_up{};   // one look when it is past
  std::chrono::milliseconds pause{20};
  bool from_look_up = false;
  std::optional<order_answer> object;  // of a look-up
  std::vector<trade> trades;
  std::size_t unread = 0;
  bool readable = true;
  std::uint32_t pages = 0;
  std::function<void(venue_answer)> done;
};

namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t pages_at_most = 50;
constexpr std::size_t ids_at_most = 64;
constexpr std::int64_t clock_slack_seconds = 60;
constexpr std::int64_t share_dust = 10'000;  // micro: venues cut trade sizes at 2 to 6 decimals
constexpr milliseconds short_pause{500};     // for "later" without a time
constexpr milliseconds key_pause{2'000};     // for a renewed key that was refused as well
constexpr std::uint32_t funds_refused_alarm = 5;  // in a row
constexpr auto another_key = "the order is signed by another key";

venue_answer unknown_because(std::string reason) {
  return {venue_verdict::unknown, {}, {}, {}, std::move(reason), false};
}

venue_answer not_now_because(std::string reason) {
  return {venue_verdict::not_now, {}, {}, {}, std::move(reason), false};
}

/// The order behind stored bytes; nothing when they are not what the hash says.
std::optional<signed_order> read_stored(const actors::signed_order& stored) {
  auto order = decode(stored.bytes);
  if (!order || order->hash != stored.hash) return std::nullopt;
  return order;
}

/// These texts are about the order itself, whichever POST of it they answer: a killed FOK order is
/// over for good.
bool says_never_filled(std::string_view reason) {
  return reason == "fok_not_filled" || reason == "no_match";
}

std::vector<std::string> trade_ids_of(std::string_view body) {
  std::vector<std::string> out;
  const auto document = read_json(body);
  const auto* ids = document ? array_member(*document, "tradeIDs") : nullptr;
  if (!ids || ids->size() > ids_at_most) return out;
  for (const auto& id : *ids) {
    const auto* text = id.get_ptr<const std::string*>();
    const bool plain = text && !text->empty() && text->size() <= 80 &&
                       std::all_of(text->begin(), text->end(), [](char c) {
                         return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
                       });
    if (!plain) return {};
    out.push_back(*text);
  }
  return out;
}

bool is_over(order_state s) {
  return s == order_state::canceled || s == order_state::unmatched || s == order_state::invalid;
}

/// Everything that was matched for the order, failed trades included.
std::int64_t matched_shares(std::span<const trade> trades, const hash256& order) {
  std::int64_t sum = 0;
  for (const auto& t : trades)
    if (t.taker_order == order && __builtin_add_overflow(sum, t.size.micro, &sum)) return INT64_MAX;
  return sum;
}

/// The taker fee of what did not fail. The venue's rounding of the fifth decimal is not documented:
/// up, so that the books never hold money that the venue took.
std::optional<usdc> fee_of(std::span<const trade> trades, const hash256& order,
                           const fee_schedule& f) {
  usdc sum;
  for (const auto& t : trades) {
    if (t.taker_order != order || t.state == trade_state::failed) continue;
    const auto fee = fee_for(t.size, t.price, f);
    const auto next = fee ? add(sum, *fee) : std::nullopt;
    if (!next) return std::nullopt;
    sum = *next;
  }
  return sum;
}

}  // namespace

void venue_desk::count(const venue_answer& a) {
  switch (a.verdict) {
    case venue_verdict::filled: ++st_.filled; return;
    case venue_verdict::refused: ++st_.refused; return;
    case venue_verdict::not_now: ++st_.not_now; return;
    case venue_verdict::unknown:
    case venue_verdict::absent: ++st_.unknown; return;
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
    return end_submit(promise,
                      {venue_verdict::refused, {}, {}, {}, "unreadable order bytes", false});
  if (!is_ours(*order)) return end_submit(promise, not_now_because(another_key));
  const auto shared = std::make_shared<const signed_order>(std::move(*order));
  ++st_.in_flight;  // until the POST is answered: its trades take no place
  fetch_as_us({"POST",
               "/order",
               {},
               [shared](const api_credentials& c) { return post_body(*shared, c.key); },
               st_.settings.order_timeout,
               x.deadline,
               door::orders},
              [self = self_, shared, promise, deadline = x.deadline](const http_result& r) {
                venue_desk desk{self};
                --desk.st_.in_flight;
                const bool kept_back =
                    r.outcome == http_outcome::refused_before_send && desk.w_.now() >= deadline;
                if (kept_back) {
                  desk.end_submit(promise, not_now_because(std::string{actors::sent_too_late}));
                } else {
                  desk.heard(*shared, r, promise);
                }
                desk.send_queued();
              });
}

void venue_desk::heard(const signed_order& order, const http_result& r, answer_promise promise) {
  if (r.outcome == http_outcome::refused_before_send)
    return end_submit(promise, not_now_because("the venue cannot be reached"));
  if (r.outcome == http_outcome::maybe_sent)
    return end_submit(promise, unknown_because("no answer came: it is being looked up"));
  const auto a = read_post_answer(
      {r.status, r.body, r.header("Retry-After"), w_.now().seconds() + st_.clock_skew}, order.hash);
  draw_conclusions(order, a);
  switch (a.verdict) {
    case post_verdict::matched: {
      auto f = std::make_shared<following>(order);
      f->since = static_cast<std::int64_t>(order.body.timestamp_ms / 1000) - clock_slack_seconds;
      f->trade_ids = trade_ids_of(r.body);
      f->give_up = now() + st_.settings.confirm_wait;
      f->done = [self = self_, promise](venue_answer answer) {
        venue_desk{self}.end_submit(promise, std::move(answer));
      };
      return follow(std::move(f));
    }
    case post_verdict::refused:
      return end_submit(
          promise,
          {venue_verdict::refused, {}, {}, {}, explained(a.reason), says_never_filled(a.reason)});
    case post_verdict::retry_later:
      return end_submit(promise, not_now_because(explained(a.reason)));
    case post_verdict::unknown: return end_submit(promise, unknown_because(explained(a.reason)));
  }
}

/// What an answer says beyond its own order. The venue's words end here, in the log.
void venue_desk::draw_conclusions(const signed_order& order, const post_answer& a) {
  using actors::venue_stop;
  const auto& token = order.body.token;
  if (a.verdict != post_verdict::matched)
    if (st_.logged.due(a.reason, now()))
      spdlog::warn("venue.order_answer order={} reason={} words=\"{}\"", order.hash.hex(), a.reason,
                   a.detail);
  if (a.scope != stop_scope::credentials) st_.unauthorized_since.reset();
  if (a.verdict == post_verdict::retry_later) {
    const auto least = a.scope == stop_scope::credentials ? key_pause : short_pause;
    pause_orders(std::max<milliseconds>(a.retry_after, least));
  }
  // A tick or a fee of ours may be old: the next quote reads the market again.
  if (a.verdict == post_verdict::refused && !says_never_filled(a.reason)) st_.markets.erase(token);
  count_refused_funds(a);
  switch (a.scope) {
    case stop_scope::none: return;
    case stop_scope::version: check_version(); [[fallthrough]];
    case stop_scope::token: {
      const bool over = a.reason == "orderbook_gone";
      return stop_market(token, a.reason, over ? errc::market_closed : errc::unavailable);
    }
    case stop_scope::account: return stop(venue_stop::account, st_.settings.stop_pause);
    case stop_scope::credentials: return not_authorized();
  }
}

/// One may be a matter of moments. Many in a row mean that the account lacks collateral or an
/// allowance, or that the venue counts what is long settled (facts/polymarket.md, change 15).
void venue_desk::count_refused_funds(const post_answer& a) {
  constexpr std::string_view kind = "venue.collateral";
  if (a.verdict == post_verdict::matched) {
    st_.funds_refused = 0;
    w_.dir.alerts().clear(kind, "", w_.now());
  }
  if (a.reason != "insufficient_funds" || ++st_.funds_refused < funds_refused_alarm) return;
  w_.dir.alerts().raise(kind, "",
                        "the venue refuses order after order for lack of collateral or allowance",
                        w_.now());
}

void venue_desk::end_submit(answer_promise promise, venue_answer a) {
  count(a);
  promise.deliver(std::move(a));
}

// -- trades --------------------------------------------------------------------------------------

/// Looks at the trades until they are final; each round reads them all anew.
void venue_desk::follow(std::shared_ptr<following> f) {
  f->trades.clear();
  f->readable = true;
  f->pages = 0;
  if (f->trade_ids.empty()) return read_trades_of_token(f, std::string{first_cursor});
  f->unread = f->trade_ids.size();
  read_trades(std::move(f));
}

void venue_desk::read_trades(std::shared_ptr<following> f) {
  for (const auto& id : f->trade_ids)
    fetch_as_us({"GET",
                 "/data/trades",
                 "?id=" + id + "&next_cursor=" + std::string{first_cursor},
                 {},
                 st_.settings.read_timeout},
                [self = self_, f](const http_result& r) {
                  auto page = r.outcome == http_outcome::answered
                                  ? read_trades_answer(r.status, r.body)
                                  : trades_page{};
                  if (page.verdict != read_verdict::found) f->readable = false;
                  std::move(page.trades.begin(), page.trades.end(), std::back_inserter(f->trades));
                  if (--f->unread == 0) venue_desk{self}.trades_read(f, f->readable);
                });
}

void venue_desk::read_trades_of_token(std::shared_ptr<following> f, std::string cursor) {
  const auto query = "?asset_id=" + f->token.decimal() + "&after=" + std::to_string(f->since) +
                     "&next_cursor=" + cursor;
  fetch_as_us({"GET", "/data/trades", query, {}, st_.settings.read_timeout},
              [self = self_, f](const http_result& r) {
                venue_desk desk{self};
                auto page = r.outcome == http_outcome::answered
                                ? read_trades_answer(r.status, r.body)
                                : trades_page{};
                if (page.verdict != read_verdict::found) return desk.trades_read(f, false);
                for (auto& t : page.trades)
                  if (t.taker_order == f->hash) f->trades.push_back(std::move(t));
                if (page.next_cursor.empty()) return desk.trades_read(f, true);
                if (++f->pages >= pages_at_most) return desk.trades_read(f, false);
                desk.read_trades_of_token(f, page.next_cursor);
              });
}

void venue_desk::trades_read(std::shared_ptr<following> f, bool readable) {
  f->readable = readable;
  if (f->from_look_up && (!readable || f->trades.empty())) return looked(std::move(f));
  with_market(f->token, [self = self_, f](const market* m, errc) {
    venue_desk desk{self};
    if (m == nullptr) return f->done(unknown_because("the market's fee cannot be read"));
    desk.judge(f, *m);
  });
}

/// Final when every trade is, and when they make up the whole order (FOK: all or nothing).
void venue_desk::judge(std::shared_ptr<following> f, const market& m) {
  const auto sum = f->readable ? fill_of(f->trades, f->hash) : std::nullopt;
  const auto fee = fee_of(f->trades, f->hash, m.fees);
  if (sum && fee) {
    const bool over = sum->final || (sum->trades == 0 && sum->any_failed);
    // A view may lag behind: neither the venue's "matched" sum nor a look repeated can say so, only
    // what the order itself asks for.
    const bool whole = matched_shares(f->trades, f->hash) >= f->whole - share_dust;
    if (over && whole) {
      if (sum->trades == 0)
        return f->done({venue_verdict::refused, {}, {}, {}, "every trade failed on chain", true});
      // Each trade is rounded up; the exchange never takes more than signed.
      const auto spent = std::min(sum->spent, f->most_spent);
      return f->done({venue_verdict::filled, sum->shares, spent, *fee, {}, false});
    }
  }
  if (now() + f->pause >= f->give_up)
    return f->done(unknown_because("matched, its trades are not final yet"));
  after(f->pause, [self = self_, f] { venue_desk{self}.follow(f); });
  f->pause = std::min(f->pause * 2, st_.settings.confirm_poll);
}

// -- look up -------------------------------------------------------------------------------------

/// The order's object and the trades around it; either may be missing for a filled or killed one.
caf::result<venue_answer> venue_desk::look_up(const actors::look_up_order& x) {
  if (st_.reads >= st_.settings.max_reads) return unknown_because("too many look-ups");
  const auto order = read_stored(x.order);
  if (!order) return unknown_because("unreadable order bytes");
  if (!is_ours(*order)) return unknown_because(another_key);
  auto promise = self_->make_response_promise<venue_answer>();
  ++st_.reads;
  auto f = std::make_shared<following>(*order);
  f->since = x.sent_at.seconds() + std::min<std::int64_t>(st_.clock_skew, 0) - clock_slack_seconds;
  f->from_look_up = true;
  f->done = [self = self_, promise](venue_answer a) mutable {
    --self->state.reads;
    promise.deliver(std::move(a));
  };
  fetch_as_us({"GET", "/data/order/" + f->hash.hex(), {}, {}, st_.settings.read_timeout},
              [self = self_, f](const http_result& r) {
                f->object = r.outcome == http_outcome::answered
                                ? read_order_answer(r.status, r.body)
                                : order_answer{};
                venue_desk{self}.follow(f);
              });
  return promise;
}

/// No trade of it was found, or they could not be read.
void venue_desk::looked(std::shared_ptr<following> f) {
  if (!f->readable) return f->done(unknown_because("its trades cannot be read"));
  const auto& o = *f->object;
  switch (o.verdict) {
    case read_verdict::absent: return ask_exchange(std::move(f));
    case read_verdict::unreadable:
    case read_verdict::unauthorized: return f->done(unknown_because("the order cannot be read"));
    case read_verdict::found: break;
  }
  if (o.value.id != f->hash) return f->done(unknown_because("the venue showed another order"));
  if (is_over(o.value.state) && o.value.size_matched.micro == 0)
    return f->done({venue_verdict::refused, {}, {}, {}, "the venue killed the order", true});
  f->done(unknown_because("the venue is not done with it"));
}

/// Nothing is shown of it. Views may lag or forget; what filled is on the chain for good.
void venue_desk::ask_exchange(std::shared_ptr<following> f) {
  self_
      ->request(st_.chain, caf::infinite,
                eth::call({std::nullopt, f->exchange, order_status_call(f->hash), {}}))
      .then(
          [f](const rpc_result& r) {
            const auto data = eth::bytes_of(r);
            const auto touched = data ? read_order_status(*data) : std::nullopt;
            if (!touched) return f->done(unknown_because("the exchange cannot be read"));
            if (*touched)
              return f->done(unknown_because("filled on chain, its trades are not shown yet"));
            f->done({venue_verdict::absent, {}, {}, {}, {}, false});
          },
          [f](const caf::error&) { f->done(unknown_because("the exchange cannot be read")); });
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
  fetch_as_us(
      {"DELETE", "/order", {}, std::move(body), st_.settings.order_timeout, {}, door::orders},
      [self = self_, hash = hash, promise](const http_result& r) mutable {
        --self->state.reads;
        promise.deliver(r.outcome == http_outcome::answered &&
                        read_cancel_answer(r.status, r.body, hash));
      });
  return promise;
}

}  // namespace headroom::chain::polymarket
