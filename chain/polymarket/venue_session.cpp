#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/polymarket/venue_desk.hpp"
#include "net/json.hpp"
#include "net/retry_after.hpp"

/// Whether bets may go to the venue at all, and how it is asked.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr int known_version = 2;
constexpr milliseconds retry_wait{1'000};
constexpr std::size_t stopped_markets_kept = 4'096;
constexpr milliseconds moment{5'000};
constexpr milliseconds longest_asked_wait{60'000};  // before /version is asked again
constexpr std::string_view stopped_alert = "venue.stopped";
constexpr milliseconds least_read_pause{1'000};  // after a 429 or 503 on a read or a cancel
constexpr milliseconds longest_read_pause{60'000};

/// The venue's time, as far as we know it.
std::int64_t theirs(const venue_state& st) { return st.w->now().seconds() + st.clock_skew; }

bool is_ok(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && (r.status == 200 || r.status == 201);
}

}  // namespace

/// Runs `what` in this actor after `wait`.
void venue_desk::after(milliseconds wait, std::function<void()> what) {
  st_.later.emplace(now() + wait, std::move(what));
  self_->delayed_send(self_, wait, actors::wake_atom::value);
}

void venue_desk::wake() {
  while (!st_.later.empty() && st_.later.begin()->first <= now()) {
    const auto next = st_.later.extract(st_.later.begin());
    next.mapped()();
  }
}

// -- may we bet? ---------------------------------------------------------------------------------

void venue_desk::check_version() {
  fetch(door::orders, {"GET", st_.settings.url + "/version", {}, {}}, st_.settings.read_timeout,
        [self = self_](const net::http_result& r) {
          venue_desk desk{self};
          auto& st = self->state;
          st.version_asked = true;
          const auto document = is_ok(r) ? net::read_json(r.body) : std::nullopt;
          const auto version = document ? net::count_member(*document, "version") : std::nullopt;
          if (version && st.version != static_cast<int>(*version)) {
            st.version = static_cast<int>(*version);
            if (st.version == known_version) {
              spdlog::info("venue.ready url={} account={} name={}", st.settings.url,
                           st.betting->owner.hex(), st.betting->who.name);
            } else {
              if (st.logged.due("unknown_version", desk.now()))
                spdlog::error("venue.unknown_version version={}", st.version);
            }
          }
          desk.show();
          auto pause = retry_wait;  // silent: the last word stands
          if (version) {
            pause = st.version == known_version ? st.settings.version_check : pause * 10;
          } else if (const auto wait = net::read_retry_after(r.header("Retry-After"), theirs(st))) {
            pause = std::clamp<milliseconds>(*wait, retry_wait, longest_asked_wait);
          }
          const auto turn = ++st.version_turn;
          desk.after(pause, [self, turn] {
            if (turn == self->state.version_turn) venue_desk{self}.check_version();
          });
        });
}

/// The first reason for taking no bet now, and until when. With no time of its own the next look at
/// the version ends it.
actors::venue_gauge::view venue_desk::closing() const {
  using actors::venue_stop;
  const auto soon = now() + retry_wait * 10;
  if (st_.version == 0) return {venue_stop::silent, soon};
  if (st_.version != known_version) return {venue_stop::version, soon};
  for (const auto& [why, until] : st_.stopped_until)
    if (now() < until) return {why, until};
  return {};
}

/// Why no bet may be taken now.
std::optional<caf::error> venue_desk::closed() const {
  const auto c = closing();
  if (c.why == actors::venue_stop::none) return std::nullopt;
  return make_error(errc::unavailable, std::string{actors::sentence_of(c.why)}, c.left(now()));
}

std::string venue_desk::why_closed() const {
  const auto c = closing();
  return c.why == actors::venue_stop::none ? "" : std::string{actors::sentence_of(c.why)};
}

/// Tells the house. Before the first answer nothing is known, and nothing is said.
void venue_desk::show() {
  if (!st_.version_asked) return;
  const auto c = closing();
  auto& gauge = w_.dir.gauges.venue_state();
  gauge.show(c);
  for (const auto why : actors::venue_stops) {
    if (why == actors::venue_stop::waiting) continue;  // passes by itself, at a time that is known
    if (why == c.why) {
      w_.dir.gauges.alerts().raise(stopped_alert, to_string(why), sentence_of(why), w_.now());
    } else {
      w_.dir.gauges.alerts().clear(stopped_alert, to_string(why), w_.now());
    }
  }
  std::erase_if(st_.stopped_markets, [&](const auto& x) { return now() >= x.second.until; });
  gauge.show_stopped_markets(st_.stopped_markets.size());
}

/// The venue said something that no later bet will survive either.
void venue_desk::stop(actors::venue_stop why, milliseconds how_long) {
  auto& until = st_.stopped_until[why];
  const bool is_new = now() >= until;
  until = std::max(until, now() + how_long);
  show();
  if (!is_new) return;
  const auto level = why == actors::venue_stop::waiting ? spdlog::level::warn : spdlog::level::err;
  spdlog::log(level, "venue.betting_stopped cause={} for_ms={}", to_string(why), how_long.count());
  look_at_stop(why);
}

/// What it was about is mended.
void venue_desk::end_stop(actors::venue_stop why) {
  st_.stopped_until.erase(why);
  show();
}

/// When it is over, which may have become later since.
void venue_desk::look_at_stop(actors::venue_stop why) {
  const auto left = std::chrono::ceil<milliseconds>(st_.stopped_until[why] - now());
  after(std::max(left, milliseconds{1}), [self = self_, why] {
    venue_desk desk{self};
    if (desk.now() < desk.st_.stopped_until[why]) return desk.look_at_stop(why);
    desk.show();
  });
}

/// The same about one market only: a stranger who names it must not stop the others.
void venue_desk::stop_market(const uint256& token, std::string_view reason, errc why) {
  if (not_this_market(token)) return;
  if (st_.stopped_markets.size() >= stopped_markets_kept)
    st_.stopped_markets.erase(st_.stopped_markets.begin());
  st_.stopped_markets[token] = {why, now() + st_.settings.market_pause};
  if (st_.logged.due("market_stopped " + std::string{reason}, now()))
    spdlog::warn("venue.market_stopped token={} reason={} for_ms={}", token.decimal(), reason,
                 st_.settings.market_pause.count());
  show();
  after(st_.settings.market_pause, [self = self_] { venue_desk{self}.show(); });
}

/// The venue asked to wait. Bets that are under way do; new ones are only taken if it is a moment.
void venue_desk::pause_orders(milliseconds wait) {
  st_.paused_until = std::max(st_.paused_until, now() + wait);
  if (wait > moment) stop(actors::venue_stop::waiting, wait);
}

// -- requests ------------------------------------------------------------------------------------

void venue_desk::fetch(door through, net::http_request what, milliseconds timeout, http_done done) {
  what.headers.emplace_back("Accept", "*/*");
  what.headers.emplace_back("User-Agent", "headroom");
  if (!what.body.empty()) what.headers.emplace_back("Content-Type", "application/json");
  const auto& client = through == door::orders ? st_.doors.orders : st_.doors.reads;
  self_->request(client, caf::infinite, http_call{std::move(what), timeout})
      .then([done](const net::http_result& r) { done(r); },
            [done](const caf::error&) { done(net::http_result{}); });
}

caf::actor_clock::time_point venue_desk::asked_to_wait(const net::http_result& r) const {
  const bool answered = r.outcome == net::http_outcome::answered;
  if (!answered || (r.status != 429 && r.status != 503)) return {};
  const auto wait = wait_asked_for({r.status, r.body, r.header("Retry-After"), theirs(st_)});
  return now() + std::clamp<milliseconds>(wait, least_read_pause, longest_read_pause);
}

}  // namespace headroom::chain::polymarket
