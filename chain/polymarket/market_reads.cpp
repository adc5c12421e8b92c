#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/polymarket/answers.hpp"
#include "chain/polymarket/market_desk.hpp"

/// What is read of the venue for people who look around: from memory while it is young, by one load
/// for all who wait, and never more often than the venue's limits allow.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds read_again{1'000};  // after something that could not be read
constexpr milliseconds least_pause{1'000};
constexpr milliseconds longest_pause{60'000};

std::chrono::seconds in_seconds(std::chrono::nanoseconds wait) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
}

/// Words of a 4xx that say: there is no such thing.
bool says_no(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered &&
         (r.status == 400 || r.status == 404 || r.status == 422);
}

}  // namespace

void market_desk::with_page(const std::string& path, reader<gamma_page> how,
                            read_cache<gamma_page>::use use) {
  with<gamma_page>(&market_state::pages, st_.settings.gamma_url + path, std::move(how),
                   std::move(use));
}

void market_desk::with_terms(const hash256& condition, read_cache<listing>::use use) {
  with<listing>(&market_state::terms, st_.settings.url + "/clob-markets/" + condition.hex(),
                read_listing, std::move(use));
}

void market_desk::with_book(const uint256& token, read_cache<book>::use use) {
  with<book>(
      &market_state::books, st_.settings.url + "/book?token_id=" + token.decimal(),
      [token](std::string_view body) { return read_book(body, token); }, std::move(use));
}

template <class Value>
void market_desk::with(shelf_of<Value> shelf, std::string url, reader<Value> how,
                       typename read_cache<Value>::use use) {
  auto& s = st_.*shelf;
  if (const auto known = s.cache.find(url, now(), s.fresh)) return use(known, {});
  const bool first = !s.cache.is_loading(url);
  if (first) {
    auto why = s.cache.failure(url, now());
    if (!why) why = kept_back(*s.from, s.cache.loads());
    if (why) {
      const auto old = s.cache.find(url, now(), s.stale);
      return use(old, old ? caf::error{} : *why);
    }
  }
  if (!s.cache.wait(url, use)) return use(nullptr, make_error(errc::overloaded));
  if (!first) return;
  ++st_.reads;
  net::http_request what{"GET", url, {{"Accept", "*/*"}, {"User-Agent", "headroom"}}, {}};
  const auto done = [self = self_, shelf, url, how](const net::http_result& r) {
    market_desk{self}.heard<Value>(shelf, url, how, r);
  };
  self_->request(s.from->door, caf::infinite, http_call{std::move(what), st_.settings.read_timeout})
      .then(done, [done](const caf::error&) { done(net::http_result{}); });
}

/// Why the site is not asked now; the asker may come back.
std::optional<caf::error> market_desk::kept_back(market_state::site& from, std::size_t loads) {
  milliseconds wait{0};
  if (now() < from.paused_until) {
    wait = std::chrono::ceil<milliseconds>(from.paused_until - now());
  } else if (loads >= st_.settings.max_loads) {
    wait = least_pause;
  } else if (!from.rate.take(now())) {
    wait = from.rate.wait(now());
  }
  if (wait.count() == 0) return std::nullopt;
  ++st_.kept_back;
  return make_error(errc::overloaded, "too much is asked of the venue's markets", in_seconds(wait));
}

/// A 429 or a 503 says how long it wants to be left alone.
void market_desk::note_wait(market_state::site& from, const net::http_result& r) {
  if (r.outcome != net::http_outcome::answered || (r.status != 429 && r.status != 503)) return;
  const auto wait = wait_asked_for({r.status, r.body, r.header("Retry-After"), w_.now().seconds()});
  from.paused_until = std::max(from.paused_until,
                               now() + std::clamp<milliseconds>(wait, least_pause, longest_pause));
}

template <class Value>
void market_desk::heard(shelf_of<Value> shelf, const std::string& url, const reader<Value>& how,
                        const net::http_result& r) {
  auto& s = st_.*shelf;
  note_wait(*s.from, r);
  if (says_no(r)) {
    s.cache.forget(url);
    return failed<Value>(shelf, url, make_error(errc::not_found), st_.settings.unknown_ttl);
  }
  const bool answered = r.outcome == net::http_outcome::answered && r.status == 200;
  auto value = answered ? how(r.body) : std::nullopt;
  if (value) return s.cache.loaded(url, std::move(*value), now(), w_.now());
  if (answered && st_.logged.due("unreadable", now()))
    spdlog::warn("market.unreadable url={}", url);
  failed<Value>(shelf, url, make_error(errc::unavailable, "the venue's markets cannot be read now"),
                read_again);
}

template <class Value>
void market_desk::failed(shelf_of<Value> shelf, const std::string& url, const caf::error& why,
                         milliseconds rest) {
  auto& s = st_.*shelf;
  s.cache.not_loaded(url, why, now() + rest, s.cache.find(url, now(), s.stale));
}

}  // namespace headroom::chain::polymarket
