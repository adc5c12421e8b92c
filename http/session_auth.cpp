#include "http/session_auth.hpp"

#include "http/cookies.hpp"
#include "http/cors.hpp"
#include "http/secrets.hpp"

namespace headroom::http {
namespace {

constexpr std::string_view prefix = "hs_";
constexpr std::size_t secret_bytes = 32;

constexpr auto scopes_of_pages = static_cast<std::uint8_t>(
    all_scopes & ~(static_cast<unsigned>(scope::trade) | static_cast<unsigned>(scope::withdraw)));

bool reads(const request& r) noexcept { return r.method == verb::get || r.method == verb::head; }

std::optional<principal> owner_of(const front& shared, const signed_session& row) {
  if (row.key_id.empty()) return signed_in(principal_of(row.user));
  auto owner = shared.keys.find_id(row.key_id);
  if (!owner) return std::nullopt;
  return signed_in(std::move(*owner));
}

problem foreign_page() {
  return problem_of(errc::forbidden, "pages of other origins may not do this");
}

std::optional<std::string_view> session_cookie(const exchange& x) {
  return find_cookie(x.asked(), cookie::session, x.site());
}

/// It comes from our own page, and its body says what it is: a form of another site cannot.
bool may_change(const exchange& x) noexcept {
  const auto& r = x.asked();
  return source_of(r, x.site()) == page_source::ours &&
         (r.body.empty() || r[header::content_type].count == 1);
}

}  // namespace

principal signed_in(principal owner) noexcept {
  owner.scopes = static_cast<std::uint8_t>(owner.scopes & scopes_of_pages);
  owner.signed_in = true;
  return owner;
}

std::string make_session_token() { return std::string{prefix} + random_hex(secret_bytes); }

bool is_session_token(std::string_view text) noexcept { return text.starts_with(prefix); }

const principal* owner_of_token(exchange& x, std::string_view token) {
  auto& shared = x.shared();
  if (!shared.sessions.complete())
    throw problem_of(errc::unavailable, "sessions are not loaded yet");
  auto& memo = x.last_session;
  const auto sessions = shared.sessions.generation();
  const auto keys = shared.keys.generation();
  auto row = shared.sessions.find(sha256(token), x.services().now());
  auto owner = row ? owner_of(shared, *row) : std::nullopt;
  if (!owner) return nullptr;
  memo = {std::move(*row), std::move(*owner), sessions, keys};
  return &memo.owner;
}

const principal* owner_of_cookie(exchange& x) {
  const auto token = session_cookie(x);
  if (!token) return nullptr;
  if (source_of(x.asked(), x.site()) == page_source::foreign) throw foreign_page();
  if (!reads(x.asked()) && !may_change(x)) return nullptr;
  return owner_of_token(x, *token);
}

bool cookie_was_not_enough(const exchange& x) {
  return x.caller() == nullptr && !reads(x.asked()) && !may_change(x) && session_cookie(x);
}

bool session_still_good(exchange& x) {
  auto& memo = x.last_session;
  const auto& shared = x.shared();
  const auto now = x.services().now();
  if (!memo.row.is_good(now)) return false;
  const auto sessions = shared.sessions.generation();
  const auto keys = shared.keys.generation();
  if (memo.sessions == sessions && memo.keys == keys) return true;
  const auto row = shared.sessions.find(memo.row.token_hash, now);
  const auto owner = row ? owner_of(shared, *row) : std::nullopt;
  if (!owner || owner->scopes != memo.owner.scopes) return false;
  memo.sessions = sessions;
  memo.keys = keys;
  return true;
}

void refuse_foreign_page(const exchange& x) {
  const auto& r = x.asked();
  if (source_of(r, x.site()) != page_source::foreign) return;
  if (r[header::origin].count == 1 && is_listed(x.settings(), r[header::origin].text)) return;
  throw foreign_page();
}

}  // namespace headroom::http
