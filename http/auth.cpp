#include "http/auth.hpp"

#include <algorithm>
#include <cstring>

#include "domain/text.hpp"
#include "http/session_auth.hpp"

namespace headroom::http {
namespace {

constexpr std::string_view scheme = "bearer ";

bool is_bearer(std::string_view text) noexcept {
  return text.size() > scheme.size() && same_but_for_case(text.substr(0, scheme.size()), scheme);
}

/// Constant time in the texts, by words: CRYPTO_memcmp goes byte by byte, and this runs on every
/// request.
bool same_text(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint64_t difference = 0;
  std::size_t i = 0;
  for (; i + sizeof difference <= a.size(); i += sizeof difference) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a.data() + i, sizeof x);
    std::memcpy(&y, b.data() + i, sizeof y);
    difference |= x ^ y;
  }
  for (; i < a.size(); ++i) difference |= static_cast<std::uint64_t>(a[i] ^ b[i]);
  return difference == 0;
}

std::uint64_t seconds_up(rate_bucket::clock::duration time) noexcept {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(time).count()));
}

/// RateLimit as in draft-ietf-httpapi-ratelimit-headers-10: what is allowed, what is left and when
/// there is more.
void take(rate_bucket& bucket, const rate& allowed, const std::string& policy) {
  const auto wait = bucket.take(allowed, rate_bucket::clock::now());
  if (wait == rate_bucket::clock::duration::zero()) return;
  auto p =
      protocol_problem(429, "rate_limited", "too many requests by one " + policy + ": slow down");
  const auto seconds = seconds_up(wait);
  const auto window = (allowed.burst + allowed.per_second - 1) / allowed.per_second;
  p.retry_after = static_cast<unsigned>(seconds);
  p.headers = "RateLimit-Policy: \"" + policy + "\";q=" + std::to_string(allowed.burst) +
              ";w=" + std::to_string(std::max(1U, window)) + "\r\nRateLimit: \"" + policy +
              "\";r=0;t=" + std::to_string(seconds) + "\r\n";
  throw p;
}

void take_of(rate_table& rates, std::string_view who, const std::string& policy) {
  if (!rates.allowed().limits()) return;
  take(*rates.of(who, rate_bucket::clock::now()), rates.allowed(), policy);
}

/// Once a request, however often the route looks at the key.
const principal* accepted(exchange& x, const exchange::key_memo& memo) {
  x.called_by(memo.owner);
  if (memo.bucket) take(*memo.bucket, x.shared().key_rates.allowed(), "key");
  return &memo.owner;
}

/// Likewise of whoever signed in; nobody when `owner` is none.
const principal* accepted_session(exchange& x, const principal* owner) {
  if (owner == nullptr) return nullptr;
  x.called_by(*owner);
  take_of(x.shared().session_rates, owner->name, "session");
  return owner;
}

const principal& owner_of_bearer(exchange& x, std::string_view token) {
  const auto* const owner = accepted_session(x, owner_of_token(x, token));
  if (owner == nullptr) throw problem_of(errc::unauthorized, "the session is not known or is over");
  return *owner;
}

}  // namespace

const principal* presented_key(exchange& x) {
  if (x.caller() != nullptr) return x.caller();
  const auto& given = x.asked()[header::authorization];
  if (given.count == 0) return accepted_session(x, owner_of_cookie(x));
  if (given.count > 1) throw problem_of(errc::unauthorized, "Authorization appears more than once");
  auto& keys = x.shared().keys;
  auto& memo = x.last_key;
  const auto generation = keys.generation();
  if (generation == 0) throw problem_of(errc::unavailable, "service keys are not loaded yet");
  if (memo.generation == generation && same_text(memo.text, given.text)) return accepted(x, memo);
  if (!is_bearer(given.text))
    throw problem_of(errc::unauthorized, "Authorization must be \"Bearer <service key>\"");
  if (const auto token = given.text.substr(scheme.size()); is_session_token(token))
    return &owner_of_bearer(x, token);
  auto owner = keys.find(given.text.substr(scheme.size()));
  if (!owner) throw problem_of(errc::unauthorized, "the service key is not known or was revoked");
  auto& rates = x.shared().key_rates;
  memo = {generation, std::string{given.text}, std::move(*owner), nullptr};
  if (rates.allowed().limits()) memo.bucket = rates.of(memo.owner.name, rate_bucket::clock::now());
  return accepted(x, memo);
}

bool key_still_good(exchange& x) {
  auto& keys = x.shared().keys;
  auto& memo = x.last_key;
  const auto generation = keys.generation();
  if (x.caller() == &x.last_session.owner) return session_still_good(x);
  // Whoever came without a key has none that could be revoked.
  if (x.caller() != &memo.owner || memo.generation == generation) return true;
  const auto owner = keys.find(std::string_view{memo.text}.substr(scheme.size()));
  if (!owner || owner->scopes != memo.owner.scopes) return false;
  memo.generation = generation;
  return true;
}

const principal& require_scope(exchange& x, std::initializer_list<scope> scopes) {
  const auto* owner = presented_key(x);
  if (cookie_was_not_enough(x))
    throw problem_of(errc::forbidden, "a cookie alone changes nothing: send Origin and JSON");
  if (owner == nullptr)
    throw problem_of(errc::unauthorized, "a service key is needed: Authorization: Bearer <key>");
  if (std::none_of(scopes.begin(), scopes.end(), [&](scope s) { return owner->may(s); }))
    throw problem_of(errc::forbidden,
                     "the key lacks scope `" + std::string{to_string(*scopes.begin())} + "`");
  const auto method = x.asked().method;
  const bool reads = method == verb::get || method == verb::head;
  if (!reads && *scopes.begin() == scope::admin) x.is_operators_act();
  return *owner;
}

void count_signer(exchange& x, const address& user) {
  take_of(x.shared().signer_rates, user.hex(), "signer");
}

void count_beginning(exchange& x, const principal& who) {
  take_of(x.shared().beginning_rates, who.name, "account");
}

void count_again(exchange& x) {
  const auto* const who = x.caller();
  if (who == nullptr) return;
  who->signed_in ? take_of(x.shared().session_rates, who->name, "session")
                 : take_of(x.shared().key_rates, who->name, "key");
}

}  // namespace headroom::http
