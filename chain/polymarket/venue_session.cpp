#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/polymarket/venue_desk.hpp"
#include "net/json.hpp"
#include "net/retry_after.hpp"

/// Who we are to the venue (one API key, in memory only), what time it is there, and whether bets
/// may go to it at all.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr int known_version = 2;
constexpr milliseconds retry_wait{1'000};
constexpr std::size_t waiting_for_key_at_most = 1'024;
constexpr std::size_t stopped_markets_kept = 4'096;
constexpr milliseconds moment{5'000};
constexpr milliseconds longest_asked_wait{60'000};  // before /version is asked again
constexpr std::string_view stopped_alert = "venue.stopped";
constexpr std::int64_t behind_seconds = 2;
constexpr milliseconds unauthorized_gap{60'000};  // without a 401: the run of them is over
constexpr milliseconds least_read_pause{1'000};   // after a 429 or 503 on a read or a cancel
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

/// A little behind: the venue refuses a timestamp that is ahead of its clock (facts/polymarket.md,
/// change 17), and /time has whole seconds.
std::int64_t venue_desk::venue_time() const { return theirs(st_) - behind_seconds; }

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
                           st.account.hex(), st.accounts.front().name);
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
  st_.unauthorized_since.reset();
  st_.stopped_until.erase(why);
  show();
}

/// While there are no bets nobody else asks for it.
void venue_desk::ask_for_key_later() {
  const bool stopped = now() < st_.stopped_until[actors::venue_stop::credentials];
  if (!stopped || std::exchange(st_.key_asked_later, true)) return;
  after(st_.settings.key_renewal, [self = self_] {
    self->state.key_asked_later = false;
    if (self->state.key_not_given) venue_desk{self}.renew();
  });
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

/// An order's key was refused, the renewed one too. New keys take up to two minutes to be accepted
/// and old ones die (facts/polymarket.md, change 17): nothing was taken, so orders wait, inside
/// their deadlines. Only when that goes on for minutes there are no new bets.
void venue_desk::not_authorized() {
  // After a silence it begins anew: two strays ten minutes apart are no outage.
  if (!st_.unauthorized_since || now() - st_.unauthorized_at > unauthorized_gap)
    st_.unauthorized_since = now();
  st_.unauthorized_at = now();
  if (now() - *st_.unauthorized_since >= st_.settings.credentials_patience)
    stop(actors::venue_stop::credentials, st_.settings.stop_pause);
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

/// With L2 headers. A 401 says that the key or the clock is wrong: both are renewed, then the same
/// request goes once more. The query is not part of what is signed. Waiting for a key takes time,
/// so the deadline is looked at here, and bounds the connecting too.
void venue_desk::fetch_as_us(authorized x, http_done done, bool again) {
  with_credentials([=, self = self_](bool ok) {
    venue_desk desk{self};
    auto& st = self->state;
    if (!ok) return done(net::http_result{});
    auto timeout = x.timeout;
    if (x.deadline.is_set()) {
      const auto left = x.deadline.us - desk.w_.now().us;
      if (left <= 0) return done(net::http_result{});
      timeout = std::min(timeout, milliseconds{left / 1'000 + 1});
    }
    auto text = x.body ? x.body(*st.credentials) : std::string{};
    auto signed_headers =
        l2_headers(*st.credentials, st.account, desk.venue_time(), x.method, x.path, text);
    if (!signed_headers) return done(net::http_result{});
    desk.fetch(
        x.through,
        {x.method, st.settings.url + x.path + x.query, std::move(*signed_headers), std::move(text)},
        timeout, [=, with = st.renewals](const net::http_result& r) {
          if (!again || r.outcome != net::http_outcome::answered || r.status != 401) return done(r);
          venue_desk{self}.fetch_after_renewal(x, done, with);
        });
  });
}

/// Once more, with another key than the one that was refused: perhaps it is there already.
void venue_desk::fetch_after_renewal(authorized x, http_done done, std::uint64_t refused) {
  if (st_.renewals != refused) return fetch_as_us(std::move(x), std::move(done), false);
  if (st_.waiting_for_key.size() >= waiting_for_key_at_most) return done(net::http_result{});
  st_.waiting_for_key.push_back([self = self_, x, done](bool ok) {
    if (!ok) return done(net::http_result{});  // a 401 was a definite no: as if it had never left
    venue_desk{self}.fetch_as_us(x, done, false);
  });
  renew();
}

// -- the API key ---------------------------------------------------------------------------------

void venue_desk::with_credentials(std::function<void(bool)> use) {
  if (st_.credentials && !st_.renewing) return use(true);
  if (st_.waiting_for_key.size() >= waiting_for_key_at_most) return use(false);
  st_.waiting_for_key.push_back(std::move(use));
  renew();
}

/// At most once in a while, however many requests were refused: those wait for it. Without any key
/// they are told at once.
void venue_desk::renew() {
  if (st_.renewing || st_.renewal_due) return;
  const auto pause = st_.credentials ? st_.settings.key_renewal : retry_wait;
  const auto next = st_.renewed_at + pause;
  if (st_.renewed_at != venue_state::time_point{} && now() < next) {
    if (!st_.credentials) return renewed(std::nullopt);
    st_.renewal_due = true;
    const auto wait = std::chrono::ceil<milliseconds>(next - now());
    return after(wait, [self = self_] {
      self->state.renewal_due = false;
      venue_desk{self}.renew();
    });
  }
  st_.renewing = true;
  st_.renewed_at = now();
  fetch(door::orders, {"GET", st_.settings.url + "/time", {}, {}}, st_.settings.read_timeout,
        [self = self_](const net::http_result& r) {
          auto& st = self->state;
          const auto shown = is_ok(r) ? net::read_json(r.body) : std::nullopt;
          if (shown && shown->is_number_unsigned() && shown->get<std::uint64_t>() < (1ULL << 40))
            st.clock_skew =
                static_cast<std::int64_t>(shown->get<std::uint64_t>()) - st.w->now().seconds();
          venue_desk{self}.create_key();
        });
}

/// The key of (account, nonce 0) is always the same one; creating it a second time is refused.
void venue_desk::create_key() {
  fetch(door::orders,
        {"POST",
         st_.settings.url + "/auth/api-key",
         l1_headers(betting_key(), st_.settings.chain_id, venue_time(), 0),
         {}},
        st_.settings.read_timeout, [self = self_](const net::http_result& r) {
          auto found = is_ok(r) ? read_credentials(r.body) : std::nullopt;
          if (found) return venue_desk{self}.renewed(std::move(found));
          venue_desk{self}.derive_key();
        });
}

void venue_desk::derive_key() {
  fetch(door::orders,
        {"GET",
         st_.settings.url + "/auth/derive-api-key",
         l1_headers(betting_key(), st_.settings.chain_id, venue_time(), 0),
         {}},
        st_.settings.read_timeout, [self = self_](const net::http_result& r) {
          auto found = is_ok(r) ? read_credentials(r.body) : std::nullopt;
          if (!found && self->state.logged.due("no_api_key", venue_desk{self}.now()))
            spdlog::warn("venue.no_api_key status={} error=\"{}\"", r.status, r.error);
          venue_desk{self}.renewed(std::move(found));
        });
}

void venue_desk::renewed(std::optional<api_credentials> found) {
  st_.renewing = false;
  const bool ok = found.has_value();
  if (ok) {
    st_.credentials = std::move(found);
    ++st_.renewals;
    tell_channel();
    if (std::exchange(st_.key_not_given, false)) end_stop(actors::venue_stop::credentials);
  } else {
    st_.key_not_given = true;  // then no order can be sent
    not_authorized();
    ask_for_key_later();
  }
  for (auto& use : std::exchange(st_.waiting_for_key, {})) use(ok);
}

}  // namespace headroom::chain::polymarket
