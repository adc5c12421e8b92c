#include "tests/payout/venue_script.hpp"

#include <algorithm>
#include <tuple>

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

constexpr std::int64_t step = 10'000;                // a sale's: 0.01 shares; a purchase's: a cent
constexpr std::int64_t one_share = 1'000'000;        // micro-shares, and what it pays at most
constexpr std::int64_t fee_part = 50;                // at most 2 %
constexpr std::int64_t final_behind_us = 5'000'000;  // how far the final blocks are behind

std::int64_t times(std::int64_t a, std::int64_t b, std::int64_t by) {
  return static_cast<std::int64_t>(static_cast<uint128>(a) * static_cast<uint128>(b) /
                                   static_cast<uint128>(by));
}

venue_answer says(venue_verdict verdict, std::string why = {}, timestamp untouched = {}) {
  return {verdict, {}, {}, {}, std::move(why), untouched};
}

// -- what happens ---------------------------------------------------------------------------------

void buy(story_world& out, venue_order& x) {
  x.paid = x.money;
  if (x.fill == order_fill::part && out.chance(600))
    x.paid = std::max(step, times(x.money, out.between(1, 999), 1000));
  const auto price = out.between(std::max<std::int64_t>(step, x.limit / 2), x.limit);
  x.shares = times(x.paid, one_share, price);
  if (out.chance(300)) x.shares = (x.shares + step - 1) / step * step;  // can be sold out
  x.fee = out.between(0, std::min(x.max_fee, x.paid / fee_part));
  if (out.chance(out.faults.overcharged)) x.fee = x.asked - x.paid + out.between(1, 5 * step);
}

void sell(story_world& out, venue_order& x) {
  x.shares = x.asked;
  if (x.fill == order_fill::part && out.chance(600))
    x.shares = std::max(step, times(x.asked, out.between(1, 999'999), one_share));
  const auto price = out.between(x.limit, x.limit + (one_share - x.limit) / 2);
  x.paid = times(x.shares, price, one_share);
  x.fee = out.between(0, x.paid / fee_part);
}

/// Its trades are on chain: from now on the account has them.
void move_tokens(story_world& out, const venue_order& x) {
  const auto& m = out.markets[x.market];
  auto& held = out.held[m.account][m.row.tokens[x.slot]];
  held += x.side == order_side::buy ? x.shares : -x.shares;
  if (held < 0) out.broken = "the venue sold shares that the account does not have";
}

/// Nothing matches once the market is reported. Tokens that were bought may come much later.
void match(story_world& out, const hash256& hash, timestamp when) {
  auto& x = out.orders.at(hash);
  x.waits = x.unseen = false;
  if (x.dead) return;
  if (out.markets[x.market].is_reported(when)) {
    x.dead = true;
    return;
  }
  if (out.chance(out.faults.trades_fail)) {
    x.dead = x.fails = true;
    x.matched_until = out.within(when, 500, 6'000);
    return;
  }
  if (x.side == order_side::buy) {
    buy(out, x);
  } else {
    sell(out, x);
  }
  x.filled_at = x.shown_from = when;
  if (x.side == order_side::buy && out.chance(out.faults.moved_late)) {
    x.filled_at = x.shown_from = x.matched_until = out.within(when, 5'000, 60'000);
  } else if (out.chance(out.faults.shown_late)) {
    x.shown_from = out.within(when, 100, 8'000);
  }
  if (out.chance(out.faults.called_matched)) x.matched_until = out.within(x.filled_at, 100, 6'000);
  if (out.chance(out.faults.called_over)) x.over_until = out.within(x.filled_at, 100, 4'000);
  out.at(x.filled_at, [&out, hash] { move_tokens(out, out.orders.at(hash)); });
}

void match_later(story_world& out, venue_order& x, const hash256& hash, timestamp when) {
  x.waits = true;
  out.at(when, [&out, hash, when] { match(out, hash, when); });
}

// -- what is shown --------------------------------------------------------------------------------

timestamp last_final(timestamp now) { return {now.us - final_behind_us}; }

/// The exchange's own word: up to when nothing of it filled, in final blocks.
timestamp untouched_until(const venue_order& x, timestamp now) {
  const auto last = last_final(now);
  return !x.filled_at.is_set() || last < x.filled_at ? last : timestamp{};
}

venue_answer absent(const venue_order& x, timestamp now) {
  return says(venue_verdict::absent, {}, untouched_until(x, now));
}

venue_answer refused(bool conclusive) {
  return says(conclusive ? venue_verdict::refused_conclusive : venue_verdict::refused, "refused");
}

venue_answer shown(story_world& out, const venue_order& x, timestamp now) {
  if (x.unseen || x.posts == 0) return absent(x, now);
  if (x.waits) return says(venue_verdict::live);
  if (x.filled_at.is_set()) {
    if (now < x.filled_at || now < x.matched_until) return says(venue_verdict::matched);
    if (now < x.over_until) return says(venue_verdict::over, "failed", untouched_until(x, now));
    if (now < x.shown_from) return absent(x, now);
    return {venue_verdict::filled, {x.shares}, {x.paid}, {x.fee}, {}, {}};
  }
  if (x.fails && now < x.matched_until) return says(venue_verdict::matched);
  if (x.fails) return says(venue_verdict::over, "trade failed", untouched_until(x, now));
  return out.chance(500) ? refused(true) : absent(x, now);
}

/// The answer to a POST: of what matched it never says that it is not there, or over.
venue_answer posted(story_world& out, const venue_order& x, timestamp now) {
  auto a = shown(out, x, now);
  const bool denied = a.verdict == venue_verdict::absent || a.verdict == venue_verdict::over;
  return denied ? says(venue_verdict::matched) : a;
}

// -- what is asked --------------------------------------------------------------------------------

/// The venue's own decision on a POST: first sight decides, for ever.
venue_answer take(story_world& out, const submit_order& asked, timestamp now) {
  out.advance(now);
  if (now >= asked.deadline) return says(venue_verdict::not_now, std::string{sent_too_late});
  if (out.chance(out.faults.lost_before)) return says(venue_verdict::unknown, "lost on the way");
  if (out.chance(out.faults.not_now)) return says(venue_verdict::not_now, "too many requests");
  if (out.chance(out.faults.refuse_inconclusive)) return refused(false);
  const auto& hash = asked.order.hash;
  auto& x = out.orders.at(hash);
  if (x.posts++ > 0) return says(venue_verdict::unknown, "duplicated");
  if (out.markets[x.market].is_reported(now) || out.chance(out.faults.refuse)) {
    x.dead = true;
    return out.chance(out.faults.lost_after) ? says(venue_verdict::unknown, "answer lost")
                                             : refused(true);
  }
  if (out.chance(out.faults.on_its_way)) {
    x.unseen = true;
    match_later(out, x, hash, out.within(now, 100, 4'000));
    return says(venue_verdict::unknown, "timeout");
  }
  if (out.chance(out.faults.delayed)) {
    match_later(out, x, hash, out.within(now, 300, 4'000));
  } else {
    match(out, hash, now);
    out.advance(now);
  }
  if (out.chance(out.faults.lost_after)) return says(venue_verdict::unknown, "answer lost");
  return posted(out, x, now);
}

venue_answer look(story_world& out, const hash256& hash, timestamp now) {
  out.advance(now);
  if (out.chance(out.faults.blind)) return says(venue_verdict::unknown, "look-up failed");
  return shown(out, out.orders.at(hash), now);
}

/// True: it is not in the book, whatever it did before. Of one that is on its way it knows nothing.
bool cancel(story_world& out, const hash256& hash, timestamp now) {
  out.advance(now);
  if (out.chance(out.faults.blind)) return false;
  auto& x = out.orders.at(hash);
  if (x.posts == 0) x.posts = 1;  // known from now on
  if (x.unseen) return true;
  if (x.filled_at.is_set()) return now >= x.filled_at && now < x.shown_from;
  x.dead = true;
  x.waits = false;
  return true;
}

caf::result<order_quote> quote(story_world& out, const uint256& token, const std::string& by,
                               order_quote q, timestamp now) {
  if (out.chance(5)) return make_error(errc::unavailable);
  const auto place = out.tokens.find(token);
  if (place == out.tokens.end()) return make_error(errc::unknown_market);
  const auto& m = out.markets[place->second.first];
  if (m.is_reported(now)) return make_error(errc::market_closed);
  if (q.money.micro < step || q.shares.micro < step) return make_error(errc::amount_too_small);
  const auto user = address::parse(by);
  if (!user) return make_error(errc::bad_request);
  q.token = token;
  q.neg_risk = m.row.neg_risk;
  q.fee_rate_micro = ++out.quote_count;  // how the quote is known again when it is signed
  out.quotes[q.fee_rate_micro] = {
      *user, q.side == order_side::buy ? q.money.micro + q.max_fee.micro : q.shares.micro};
  return q;
}

caf::result<order_quote> quote_purchase(story_world& out, const quote_order& x, timestamp now) {
  if (x.amount < 1_usdc) return make_error(errc::amount_too_small);
  order_quote q;
  q.fill = x.fill;
  q.money = {(x.amount.micro - x.amount.micro / fee_part) / step * step};
  q.max_fee = {x.amount.micro - q.money.micro};
  q.limit_price = x.max_price;
  q.shares = {times(q.money.micro, one_share, x.max_price.micro)};
  return quote(out, x.token, x.by, q, now);
}

caf::result<order_quote> quote_offer(story_world& out, const quote_sale& x, timestamp now) {
  order_quote q;
  q.side = order_side::sell;
  q.fill = x.fill;
  q.shares = {x.shares.micro / step * step};
  q.limit_price = x.min_price;
  q.money = {std::max(step, times(q.shares.micro, x.min_price.micro, one_share))};
  return quote(out, x.token, x.by, q, now);
}

caf::result<signed_order> sign(story_world& out, const order_quote& q) {
  const auto note = out.quotes.find(q.fee_rate_micro);
  if (note == out.quotes.end() || out.chance(3)) return make_error(errc::unavailable);
  venue_order x;
  x.user = note->second.user;
  std::tie(x.market, x.slot) = out.tokens.at(q.token);
  x.side = q.side;
  x.fill = q.fill;
  x.asked = note->second.amount;
  x.money = q.money.micro;
  x.limit = q.limit_price.micro;
  x.max_fee = q.max_fee.micro;
  out.quotes.erase(note);
  signed_order o;
  o.hash.bytes[31] = 0x5e;
  const auto n = out.orders.size() + 1;
  for (std::size_t i = 0; i < 8; ++i) o.hash.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  o.bytes = {o.hash.bytes[0], 0x0d};
  out.orders.emplace(o.hash, std::move(x));
  return o;
}

template <class Self>
caf::result<venue_answer> answer(Self self, story_world& out, venue_answer a) {
  if (out.chance(out.faults.never)) return self->template make_response_promise<venue_answer>();
  if (!out.chance(out.faults.late_answer)) return a;
  return answer_after(self, out.helpers, milliseconds{1 + out.rng() % 5000}, std::move(a));
}

}  // namespace

venue_actor::behavior_type venue_script(self_pointer<venue_actor, venue_script_state> self,
                                        story_world* out, std::function<timestamp()> now) {
  return {
      [=](const quote_order& x) { return quote_purchase(*out, x, now()); },
      [=](const quote_sale& x) { return quote_offer(*out, x, now()); },
      [=](const order_quote& q) { return sign(*out, q); },
      [=](const submit_order& x) { return answer(self, *out, take(*out, x, now())); },
      [=](const look_up_order& x) { return answer(self, *out, look(*out, x.order.hash, now())); },
      [=](const cancel_order& x) { return cancel(*out, x.order.hash, now()); },
      [](wake_atom) {},
      [](status_atom) {
        return status_report{venue_script_state::name, {}};
      },
  };
}

}  // namespace headroom::test
