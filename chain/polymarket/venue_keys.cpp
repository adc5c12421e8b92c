#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/polymarket/venue_desk.hpp"
#include "net/json.hpp"

/// Who we are to the venue: one API key for each account, in memory only, and what time it is
/// there.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds retry_wait{1'000};
constexpr std::size_t waiting_for_key_at_most = 1'024;
constexpr std::int64_t behind_seconds = 2;
constexpr milliseconds unauthorized_gap{60'000};  // without a 401: the run of them is over

bool is_ok(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && (r.status == 200 || r.status == 201);
}

}  // namespace

/// A little behind: the venue refuses a timestamp that is ahead of its clock (facts/polymarket.md,
/// change 17), and /time has whole seconds.
std::int64_t venue_desk::venue_time() const {
  return w_.now().seconds() + st_.clock_skew - behind_seconds;
}

// -- requests ------------------------------------------------------------------------------------

/// With L2 headers. A 401 says that the key or the clock is wrong: both are renewed, then the same
/// request goes once more. The query is not part of what is signed. Waiting for a key takes time,
/// so the deadline is looked at here, and bounds the connecting too.
void venue_desk::fetch_as_us(authorized x, http_done done, bool again) {
  auto& as = *x.as;
  with_credentials(as, [=, &as, self = self_](bool ok) {
    venue_desk desk{self};
    if (!ok) return done(net::http_result{});
    auto timeout = x.timeout;
    if (x.deadline.is_set()) {
      const auto left = x.deadline.us - desk.w_.now().us;
      if (left <= 0) return done(net::http_result{});
      timeout = std::min(timeout, milliseconds{left / 1'000 + 1});
    }
    auto text = x.body ? x.body(*as.credentials) : std::string{};
    auto signed_headers =
        l2_headers(*as.credentials, as.owner, desk.venue_time(), x.method, x.path, text);
    if (!signed_headers) return done(net::http_result{});
    desk.fetch(x.through,
               {x.method, desk.st_.settings.url + x.path + x.query, std::move(*signed_headers),
                std::move(text)},
               timeout, [=, with = as.renewals](const net::http_result& r) {
                 if (!again || r.outcome != net::http_outcome::answered || r.status != 401)
                   return done(r);
                 venue_desk{self}.fetch_after_renewal(x, done, with);
               });
  });
}

/// Once more, with another key than the one that was refused: perhaps it is there already.
void venue_desk::fetch_after_renewal(authorized x, http_done done, std::uint64_t refused) {
  auto& as = *x.as;
  if (as.renewals != refused) return fetch_as_us(std::move(x), std::move(done), false);
  if (as.waiting_for_key.size() >= waiting_for_key_at_most) return done(net::http_result{});
  as.waiting_for_key.push_back([self = self_, x, done](bool ok) {
    if (!ok) return done(net::http_result{});  // a 401 was a definite no: as if it had never left
    venue_desk{self}.fetch_as_us(x, done, false);
  });
  renew(as);
}

// -- the API key ---------------------------------------------------------------------------------

void venue_desk::with_credentials(login& as, std::function<void(bool)> use) {
  if (as.credentials && !as.renewing) return use(true);
  if (as.waiting_for_key.size() >= waiting_for_key_at_most) return use(false);
  as.waiting_for_key.push_back(std::move(use));
  renew(as);
}

/// At most once in a while, however many requests were refused: those wait for it. Without any key
/// they are told at once.
void venue_desk::renew(login& as) {
  if (as.renewing || as.renewal_due) return;
  const auto pause = as.credentials ? st_.settings.key_renewal : retry_wait;
  const auto next = as.renewed_at + pause;
  if (as.renewed_at != venue_state::time_point{} && now() < next) {
    if (!as.credentials) return renewed(as, std::nullopt);
    as.renewal_due = true;
    const auto wait = std::chrono::ceil<milliseconds>(next - now());
    return after(wait, [self = self_, &as] {
      as.renewal_due = false;
      venue_desk{self}.renew(as);
    });
  }
  as.renewing = true;
  as.renewed_at = now();
  fetch(door::orders, {"GET", st_.settings.url + "/time", {}, {}}, st_.settings.read_timeout,
        [self = self_, &as](const net::http_result& r) {
          auto& st = self->state;
          const auto shown = is_ok(r) ? net::read_json(r.body) : std::nullopt;
          if (shown && shown->is_number_unsigned() && shown->get<std::uint64_t>() < (1ULL << 40))
            st.clock_skew =
                static_cast<std::int64_t>(shown->get<std::uint64_t>()) - st.w->now().seconds();
          venue_desk{self}.create_key(as);
        });
}

headers venue_desk::proof_of(const login& as) const {
  return l1_headers(*as.who.key, st_.settings.chain_id, venue_time(), 0);
}

/// The key of (account, nonce 0) is always the same one. Creating it a second time gives it again,
/// or is refused ("Could not create api key"): then it is asked for.
void venue_desk::create_key(login& as) {
  fetch(door::orders, {"POST", st_.settings.url + "/auth/api-key", proof_of(as), {}},
        st_.settings.read_timeout, [self = self_, &as](const net::http_result& r) {
          auto found = is_ok(r) ? read_credentials(r.body) : std::nullopt;
          if (found) return venue_desk{self}.renewed(as, std::move(found));
          venue_desk{self}.derive_key(as);
        });
}

void venue_desk::derive_key(login& as) {
  fetch(door::orders, {"GET", st_.settings.url + "/auth/derive-api-key", proof_of(as), {}},
        st_.settings.read_timeout, [self = self_, &as](const net::http_result& r) {
          auto found = is_ok(r) ? read_credentials(r.body) : std::nullopt;
          if (!found && self->state.logged.due("no_api_key " + as.who.name, venue_desk{self}.now()))
            spdlog::warn("venue.no_api_key account={} status={} error=\"{}\"", as.who.name,
                         r.status, r.error);
          venue_desk{self}.renewed(as, std::move(found));
        });
}

void venue_desk::renewed(login& as, std::optional<api_credentials> found) {
  as.renewing = false;
  const bool ok = found.has_value();
  if (ok) {
    as.credentials = std::move(found);
    ++as.renewals;
    tell_channel(as);
    if (std::exchange(as.key_not_given, false)) {
      as.unauthorized_since.reset();
      if (&as == st_.betting) end_stop(actors::venue_stop::credentials);
    }
  } else {
    as.key_not_given = true;  // then no order can be sent
    not_authorized(as);
    ask_for_key_later(as);
  }
  for (auto& use : std::exchange(as.waiting_for_key, {})) use(ok);
}

/// While there are no bets nobody else asks for it.
void venue_desk::ask_for_key_later(login& as) {
  const bool stopped =
      &as == st_.betting && now() < st_.stopped_until[actors::venue_stop::credentials];
  if (!stopped || std::exchange(as.key_asked_later, true)) return;
  after(st_.settings.key_renewal, [self = self_, &as] {
    as.key_asked_later = false;
    if (as.key_not_given) venue_desk{self}.renew(as);
  });
}

/// An order's key was refused, the renewed one too. New keys take up to two minutes to be accepted
/// and old ones die (facts/polymarket.md, change 17): nothing was taken, so orders wait, inside
/// their deadlines. Only when that goes on for minutes there are no new bets, if they were this
/// account's.
void venue_desk::not_authorized(login& as) {
  // After a silence it begins anew: two strays ten minutes apart are no outage.
  if (!as.unauthorized_since || now() - as.unauthorized_at > unauthorized_gap)
    as.unauthorized_since = now();
  as.unauthorized_at = now();
  if (&as == st_.betting && now() - *as.unauthorized_since >= st_.settings.credentials_patience)
    stop(actors::venue_stop::credentials, st_.settings.stop_pause);
}

}  // namespace headroom::chain::polymarket
