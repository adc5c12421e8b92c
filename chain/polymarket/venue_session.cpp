#include <spdlog/spdlog.h>

#include "chain/json.hpp"
#include "chain/polymarket/venue_desk.hpp"

/// Who we are to the venue (one API key, in memory only), what time it is there, and whether bets
/// may go to it at all.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr int known_version = 2;
constexpr milliseconds retry_wait{1'000};
constexpr std::size_t waiting_for_key_at_most = 1'024;

bool is_ok(const http_result& r) {
  return r.outcome == http_outcome::answered && (r.status == 200 || r.status == 201);
}

}  // namespace

/// Runs `what` in this actor after `wait`.
void venue_desk::after(milliseconds wait, std::function<void()> what) {
  st_.later.emplace(now() + wait, std::move(what));
  self_->delayed_send(self_, wait, actors::tick_atom::value);
}

void venue_desk::wake() {
  while (!st_.later.empty() && st_.later.begin()->first <= now()) {
    const auto next = st_.later.extract(st_.later.begin());
    next.mapped()();
  }
}

std::int64_t venue_desk::venue_time() const { return w_.now().seconds() + st_.clock_skew; }

// -- may we bet? ---------------------------------------------------------------------------------

void venue_desk::check_version() {
  fetch("GET", "/version", {}, {}, st_.settings.read_timeout, [self = self_](const http_result& r) {
    venue_desk desk{self};
    auto& st = self->state;
    const auto document = is_ok(r) ? read_json(r.body) : std::nullopt;
    const auto version = document ? count_member(*document, "version") : std::nullopt;
    if (!version)  // silent: the last word stands
      return desk.after(retry_wait, [self] { venue_desk{self}.check_version(); });
    if (st.version != static_cast<int>(*version)) {
      st.version = static_cast<int>(*version);
      if (st.version == known_version) {
        spdlog::info("venue.ready url={} account={}", st.settings.url, st.account.hex());
      } else {
        spdlog::error("venue.unknown_version version={}", st.version);
      }
    }
    desk.after(st.version == known_version ? st.settings.version_check : retry_wait * 10,
               [self] { venue_desk{self}.check_version(); });
  });
}

/// Why no bet may be taken now.
std::optional<caf::error> venue_desk::closed() const {
  if (st_.version != known_version)
    return make_error(errc::unavailable, st_.version == 0 ? "the venue does not answer"
                                                          : "the venue's version is not known");
  if (!st_.stopped.empty() && now() < st_.stopped_until)
    return make_error(errc::unavailable, "betting is stopped: " + st_.stopped);
  return std::nullopt;
}

/// The venue said something that no later bet will survive either.
void venue_desk::stop(std::string why) {
  st_.stopped = std::move(why);
  st_.stopped_until = now() + st_.settings.stop_pause;
  spdlog::error("venue.betting_stopped reason={} for_ms={}", st_.stopped,
                st_.settings.stop_pause.count());
}

// -- requests ------------------------------------------------------------------------------------

void venue_desk::fetch(std::string method, std::string path, http_headers lines, std::string body,
                       milliseconds timeout, http_done done) {
  lines.emplace_back("Accept", "*/*");
  lines.emplace_back("User-Agent", "headroom");
  if (!body.empty()) lines.emplace_back("Content-Type", "application/json");
  http_call call{{std::move(method), st_.settings.url + path, std::move(lines), std::move(body)},
                 timeout};
  self_->request(st_.http, caf::infinite, std::move(call))
      .then([done](const http_result& r) { done(r); },
            [done](const caf::error&) { done(http_result{}); });
}

/// With L2 headers. A 401 says that the key or the clock is wrong: both are renewed, then the same
/// request goes once more. The query is not part of what is signed. Waiting for a key takes time,
/// so the deadline is looked at here, and bounds the connecting too.
void venue_desk::fetch_as_us(authorized x, http_done done, bool again) {
  with_credentials([=, self = self_](bool ok) {
    venue_desk desk{self};
    auto& st = self->state;
    if (!ok) return done(http_result{});
    auto timeout = x.timeout;
    if (x.deadline.is_set()) {
      const auto left = x.deadline.us - desk.w_.now().us;
      if (left <= 0) return done(http_result{});
      timeout = std::min(timeout, milliseconds{left / 1'000 + 1});
    }
    auto text = x.body ? x.body(*st.credentials) : std::string{};
    auto signed_headers =
        l2_headers(*st.credentials, st.account, desk.venue_time(), x.method, x.path, text);
    if (!signed_headers) return done(http_result{});
    desk.fetch(x.method, x.path + x.query, std::move(*signed_headers), std::move(text), timeout,
               [=, with = st.renewals](const http_result& r) {
                 if (!again || r.outcome != http_outcome::answered || r.status != 401)
                   return done(r);
                 venue_desk{self}.fetch_after_renewal(x, done, with);
               });
  });
}

/// Once more, with another key than the one that was refused: perhaps it is there already.
void venue_desk::fetch_after_renewal(authorized x, http_done done, std::uint64_t refused) {
  if (st_.renewals != refused) return fetch_as_us(std::move(x), std::move(done), false);
  if (st_.waiting_for_key.size() >= waiting_for_key_at_most) return done(http_result{});
  st_.waiting_for_key.push_back([self = self_, x, done](bool ok) {
    if (!ok) return done(http_result{});  // a 401 was a definite no: as if it had never left
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
  fetch("GET", "/time", {}, {}, st_.settings.read_timeout, [self = self_](const http_result& r) {
    auto& st = self->state;
    const auto theirs = is_ok(r) ? read_json(r.body) : std::nullopt;
    if (theirs && theirs->is_number_unsigned() && theirs->get<std::uint64_t>() < (1ULL << 40))
      st.clock_skew =
          static_cast<std::int64_t>(theirs->get<std::uint64_t>()) - st.w->now().seconds();
    venue_desk{self}.create_key();
  });
}

/// The key of (account, nonce 0) is always the same one; creating it a second time is refused.
void venue_desk::create_key() {
  fetch("POST", "/auth/api-key", l1_headers(*st_.key, st_.settings.chain_id, venue_time(), 0), {},
        st_.settings.read_timeout, [self = self_](const http_result& r) {
          auto found = is_ok(r) ? read_credentials(r.body) : std::nullopt;
          if (found) return venue_desk{self}.renewed(std::move(found));
          venue_desk{self}.derive_key();
        });
}

void venue_desk::derive_key() {
  fetch("GET", "/auth/derive-api-key", l1_headers(*st_.key, st_.settings.chain_id, venue_time(), 0),
        {}, st_.settings.read_timeout, [self = self_](const http_result& r) {
          auto found = is_ok(r) ? read_credentials(r.body) : std::nullopt;
          if (!found) spdlog::warn("venue.no_api_key status={} error=\"{}\"", r.status, r.error);
          venue_desk{self}.renewed(std::move(found));
        });
}

void venue_desk::renewed(std::optional<api_credentials> found) {
  st_.renewing = false;
  const bool ok = found.has_value();
  if (ok) {
    st_.credentials = std::move(found);
    ++st_.renewals;
  }
  for (auto& use : std::exchange(st_.waiting_for_key, {})) use(ok);
}

}  // namespace headroom::chain::polymarket
