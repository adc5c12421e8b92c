#include "chain/polymarket/order_judge.hpp"

#include <algorithm>

namespace headroom::chain::polymarket {
namespace {

using actors::venue_answer;

venue_answer says(venue_verdict verdict, std::string reason, timestamp untouched_until = {}) {
  return {verdict, {}, {}, {}, std::move(reason), untouched_until};
}

venue_answer booked(const charged& c) {
  return {venue_verdict::filled, c.shares, c.spent, c.fee, {}};
}

/// Enough of it: all the money, or of a SELL all the shares. Or, when nothing more can come (views
/// have caught up, no trade is open, and what the exchange shows is final: `nothing_open`), the
/// shares that were asked for: at a good price those are there long before the money is spent. Of a
/// SELL no more than a hundredth may be dust, or a small one would end before it began.
bool is_whole(const order_facts& o, share_amount shares, usdc money, bool nothing_open) {
  if (is_all(o, shares, money)) return true;
  if (!o.settled_down || !nothing_open) return false;
  const auto dust = o.side == order_side::buy ? o.share_dust.micro
                                              : std::min(o.share_dust.micro, o.shares.micro / 100);
  return shares.micro >= o.shares.micro - dust;
}

bool is_over(order_state s) {
  return s == order_state::canceled || s == order_state::unmatched || s == order_state::invalid;
}

/// The venue shows every trade that it names in the order.
bool shows_all_named(const order_evidence& e) {
  const auto& named = e.object.value.trades;
  const auto& shown = e.trades.all();
  return !named.empty() && std::all_of(named.begin(), named.end(),
                                       [&](const auto& id) { return shown.contains(id); });
}

/// Of a FAK: it met the book once, and what was not there was dropped. True when that is over and
/// everything of it is on chain for good: the venue is done with the order or forgot it, shows no
/// trade that is open or not final on chain, and either names all of them or had the time to show
/// them. A trade that it names or the chain shows, and that it hides, is given longer.
bool rest_was_dropped(const order_facts& o, const order_evidence& e, const fill& f) {
  const auto& x = e.exchange;
  if (o.fill != order_fill::part || !e.trades_read || f.open > 0) return false;
  if (!x.events_known || !x.final || x.final != x.filled) return false;
  if (x.final->shares < f.shares) return false;
  const bool hides_some = !e.object.value.trades.empty() && !shows_all_named(e);
  const bool had_time = f.confirmed > 0 && !hides_some ? o.settled_down : o.long_ago;
  switch (e.object.verdict) {
    case read_verdict::unreadable:
    case read_verdict::unauthorized: return false;
    case read_verdict::absent: return had_time;
    case read_verdict::found: break;
  }
  const auto& object = e.object.value;
  if (object.id != o.hash || !(is_over(object.state) || object.state == order_state::matched))
    return false;
  return had_time || (f.confirmed > 0 && f.failed == 0 && shows_all_named(e));
}

/// Trades that the venue calls final, all of them.
venue_answer judge_confirmed(const order_facts& o, const exchange_word& x, const fill& f) {
  const bool nothing_open = x.final == x.filled;
  if (!is_whole(o, f.shares, f.spent, nothing_open))
    return says(venue_verdict::matched, "not all of its trades are shown");
  if (x.filled && is_whole(o, x.filled->shares, x.filled->spent, nothing_open))
    return booked(*x.filled);
  if (!x.events_known && !o.settled_down)
    return says(venue_verdict::matched, "the exchange cannot be read");
  if (!o.fees) return says(venue_verdict::matched, "its fee is not known");
  return booked({f.shares, f.spent, f.fee});
}

venue_answer judge_failed(const order_facts& o, const exchange_word& x, const fill& f) {
  if (f.confirmed > 0) {  // the rest of it stands, as far as the exchange says so in final blocks
    if (x.final && x.final->shares >= f.shares && o.settled_down) return booked(*x.final);
    return says(venue_verdict::matched, "some of its trades failed");
  }
  if (!x.status_known) return says(venue_verdict::unknown, "its trades failed, says the venue");
  if (x.touched || x.filled)
    return says(venue_verdict::matched, "its trades failed, says the venue; it filled on chain");
  return says(venue_verdict::over, "every trade failed on chain", x.untouched_until());
}

venue_answer judge_without_trades(const order_facts& o, const order_evidence& e) {
  const auto& x = e.exchange;
  const auto until = x.untouched_until();
  if (x.touched || x.filled)
    return says(venue_verdict::matched, "filled on chain, its trades are not shown yet");
  switch (e.object.verdict) {
    case read_verdict::absent:
      if (!e.trades_read) return says(venue_verdict::unknown, "its trades cannot be read", until);
      if (!x.status_known) return says(venue_verdict::unknown, "the exchange cannot be read");
      return says(venue_verdict::absent, {}, until);
    case read_verdict::unreadable:
    case read_verdict::unauthorized:
      return says(venue_verdict::unknown, "the order cannot be read", until);
    case read_verdict::found: break;
  }
  const auto& object = e.object.value;
  if (object.id != o.hash)
    return says(venue_verdict::unknown, "the venue showed another order", until);
  if (object.state == order_state::matched || object.something_matched)
    return says(venue_verdict::matched, "the venue calls it matched, its trades are not shown");
  if (!is_over(object.state))
    return says(venue_verdict::live, "the venue is not done with it", until);
  if (!x.status_known) return says(venue_verdict::unknown, "the exchange cannot be read");
  return says(venue_verdict::over, "the venue killed the order", until);
}

}  // namespace

bool is_all(const order_facts& o, share_amount shares, usdc money) noexcept {
  constexpr std::int64_t cut = 100;  // micro-shares: sizes are shown with 4 to 6 decimals
  return o.side == order_side::buy ? money.micro >= o.money.micro - o.money_dust.micro
                                   : shares.micro >= o.shares.micro - cut;
}

bool needs_exchange(const order_facts& o, const order_evidence& e) {
  const auto f = fill_of(e.trades, o.fees.value_or(fee_schedule{}));
  return !f || f->open == 0;
}

venue_answer judge(const order_facts& o, const order_evidence& e) {
  const auto& x = e.exchange;
  const auto f = fill_of(e.trades, o.fees.value_or(fee_schedule{}));
  const bool nothing_open = f && f->open == 0 && x.final == x.filled;
  if (x.final && is_whole(o, x.final->shares, x.final->spent, nothing_open))
    return booked(*x.final);
  if (!f) return says(venue_verdict::matched, "the numbers of its trades make no sense");
  if (f->open > 0) return says(venue_verdict::matched, "its trades are not final yet");
  if (rest_was_dropped(o, e, *f)) return booked(*x.final);
  if (f->failed > 0) return judge_failed(o, x, *f);
  if (f->confirmed > 0) return judge_confirmed(o, x, *f);
  return judge_without_trades(o, e);
}

}  // namespace headroom::chain::polymarket
