#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/polymarket/venue_desk.hpp"

/// An account's trades: one stream, read in passes, for every look-up of a young order. An order
/// that is older has its own trades read, by their ids or in the time in which it can have filled.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t pages_of_a_pass = 200;
constexpr std::uint32_t pages_of_an_order = 200;
constexpr std::int64_t clock_slack_seconds = 60;
constexpr milliseconds shortest_pause{20};

trades_page page_of(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered ? read_trades_answer(r.status, r.body)
                                                  : trades_page{};
}

void take(venue_state::look& l, const trades_page& page) {
  for (const auto& t : page.trades)
    if (t.order == l.order.hash) l.known.trades.add(t);
}

/// Nothing more of it can be on an older page.
bool is_complete(const venue_state::look& l) {
  const auto f = fill_of(l.known.trades, l.order.fees.value_or(fee_schedule{}));
  return l.follow && f && is_all(l.order, f->matched_shares, f->matched);
}

}  // namespace

/// Every read of /data/... goes through here.
void venue_desk::budgeted(std::function<void()> read) {
  if (read) st_.waiting_reads.push_back(std::move(read));
  const bool paused = now() < st_.data_paused_until;
  while (!paused && !st_.waiting_reads.empty() && st_.data_reads.take(now())) {
    const auto next = std::move(st_.waiting_reads.front());
    st_.waiting_reads.pop_front();
    w_.dir.gauges.venue_state().count_read();
    next();
  }
  show_reads();
  if (st_.waiting_reads.empty() || std::exchange(st_.reads_due, true)) return;
  const auto pause = std::chrono::ceil<milliseconds>(st_.data_paused_until - now());
  after(std::max(st_.data_reads.wait(now()), pause), [self = self_] {
    self->state.reads_due = false;
    venue_desk{self}.budgeted({});
  });
}

void venue_desk::show_reads() {
  const auto& s = st_.settings;
  w_.dir.gauges.venue_state().show_reads({st_.data_reads.left(now()), s.reads_per_second,
                                          s.read_burst, st_.waiting_reads.size(), now()});
}

/// Within the budget; none is read while the venue wants to be left alone.
void venue_desk::read_data(login& as, std::string path, std::string query, http_done done) {
  budgeted([self = self_, &as, path = std::move(path), query = std::move(query),
            done = std::move(done)] {
    venue_desk{self}.fetch_as_us({&as, "GET", path, query, {}, self->state.settings.read_timeout},
                                 [self, done](const net::http_result& r) {
                                   auto& until = self->state.data_paused_until;
                                   until = std::max(until, venue_desk{self}.asked_to_wait(r));
                                   done(r);
                                 });
  });
}

/// The venue's clock is not ours: a trade may seem a little older than its order.
std::int64_t venue_desk::trades_since(timestamp sent_at) const {
  return sent_at.seconds() + std::min<std::int64_t>(st_.clock_skew, 0) - clock_slack_seconds;
}

// -- the shared stream ---------------------------------------------------------------------------

void venue_desk::start_pass(login& as) {
  const bool wanted =
      std::any_of(as.looks.begin(), as.looks.end(), [](const auto& l) { return !l->at_exchange; });
  if (as.pass_on || as.pass_due || !wanted) return;
  if (!as.passes.take(now())) {
    as.pass_due = true;
    return after(as.passes.wait(now()), [self = self_, &as] {
      as.pass_due = false;
      venue_desk{self}.start_pass(as);
    });
  }
  as.pass_on = true;
  as.pass.clear();
  as.pass_since = INT64_MAX;
  for (const auto& l : as.looks) {
    if (l->at_exchange) continue;
    as.pass[l->order.hash].push_back(l);
    as.pass_since = std::min(as.pass_since, trades_since(l->sent_at));
  }
  read_page(as, std::string{first_cursor}, 0);
}

void venue_desk::read_page(login& as, std::string cursor, std::uint32_t pages) {
  read_data(as, "/data/trades",
            "?after=" + std::to_string(as.pass_since) + "&next_cursor=" + cursor,
            [self = self_, &as, pages](const net::http_result& r) {
              venue_desk{self}.page_read(as, page_of(r), pages);
            });
}

void venue_desk::page_read(login& as, const trades_page& page, std::uint32_t pages) {
  if (page.verdict != read_verdict::found) return end_pass(as, false);
  for (const auto& t : page.trades)
    if (const auto i = as.pass.find(t.order); i != as.pass.end())
      for (const auto& l : i->second) l->known.trades.add(t);
  const bool complete = std::all_of(as.pass.begin(), as.pass.end(), [](const auto& entry) {
    return std::all_of(entry.second.begin(), entry.second.end(),
                       [](const auto& l) { return is_complete(*l); });
  });
  if (page.next_cursor.empty() || complete) return end_pass(as, true);
  if (pages + 1 >= pages_of_a_pass) return end_pass(as, false);
  read_page(as, page.next_cursor, pages + 1);
}

void venue_desk::end_pass(login& as, bool readable) {
  as.pass_on = false;
  std::vector<look_ptr> asking;
  for (const auto& [hash, looks] : std::exchange(as.pass, {}))
    for (const auto& l : looks) {
      l->known.trades_read = readable;
      if (readable || !l->follow || now() >= l->give_up) consider(l, asking);
    }
  ask_exchange(std::move(asking));
  const bool again = std::exchange(as.pass_again, false);
  if (as.looks.empty()) return;
  if (again) return start_pass(as);
  as.pass_pause = std::clamp(as.pass_pause * 2, shortest_pause, longest_pass_pause(as));
  after(as.pass_pause, [self = self_, &as, turn = ++as.pass_turn] {
    if (turn == as.pass_turn) venue_desk{self}.start_pass(as);
  });
}

// -- one order's own -----------------------------------------------------------------------------

void venue_desk::read_own_trades(look_ptr l) {
  const auto& object = l->known.object;
  const bool named = object.verdict == read_verdict::found && !object.value.trades.empty();
  if (named) return read_trade_by_id(std::move(l), 0);
  read_window(std::move(l), std::string{first_cursor}, 0);
}

void venue_desk::read_trade_by_id(look_ptr l, std::size_t next) {
  const auto& ids = l->known.object.value.trades;
  read_data(*l->as, "/data/trades",
            "?id=" + ids[next] + "&next_cursor=" + std::string{first_cursor},
            [self = self_, l, next, last = next + 1 == ids.size()](const net::http_result& r) {
              venue_desk desk{self};
              const auto page = page_of(r);
              take(*l, page);
              const bool readable = page.verdict == read_verdict::found;
              if (readable && !last) return desk.read_trade_by_id(l, next + 1);
              l->known.trades_read = readable;
              desk.trades_seen(l);
            });
}

/// Later trades, however many, do not stand in its way.
void venue_desk::read_window(look_ptr l, std::string cursor, std::uint32_t pages) {
  const auto query =
      "?asset_id=" + l->token.decimal() + "&after=" + std::to_string(trades_since(l->sent_at)) +
      "&before=" + std::to_string(l->deadline.plus(st_.settings.late_match).seconds()) +
      "&next_cursor=" + cursor;
  read_data(*l->as, "/data/trades", query, [self = self_, l, pages](const net::http_result& r) {
    venue_desk desk{self};
    const auto page = page_of(r);
    take(*l, page);
    const bool readable = page.verdict == read_verdict::found;
    const bool more = readable && !page.next_cursor.empty();
    if (more && pages + 1 < pages_of_an_order)
      return desk.read_window(l, page.next_cursor, pages + 1);
    l->known.trades_read = readable && !more;
    desk.trades_seen(l);
  });
}

}  // namespace headroom::chain::polymarket
