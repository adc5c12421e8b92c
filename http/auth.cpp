#include "http/auth.hpp"

#include <algorithm>
#include <cstring>

namespace headroom::http {
namespace {

constexpr std::string_view scheme = "bearer ";
constexpr std::size_t longest_idempotency_key = 128;

bool is_bearer(std::string_view text) noexcept {
  return text.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
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

}  // namespace

const principal* presented_key(exchange& x) {
  const auto& given = x.asked()[header::authorization];
  if (given.count == 0) return nullptr;
  if (given.count > 1) throw problem_of(errc::unauthorized, "Authorization appears more than once");
  auto& keys = x.shared().keys;
  auto& memo = x.last_key;
  const auto generation = keys.generation();
  if (generation == 0) throw problem_of(errc::unavailable, "service keys are not loaded yet");
  if (memo.generation == generation && same_text(memo.text, given.text)) return &memo.owner;
  if (!is_bearer(given.text))
    throw problem_of(errc::unauthorized, "Authorization must be \"Bearer <service key>\"");
  auto owner = keys.find(given.text.substr(scheme.size()));
  if (!owner) throw problem_of(errc::unauthorized, "the service key is not known or was revoked");
  memo = {generation, std::string{given.text}, std::move(*owner)};
  return &memo.owner;
}

const principal& require_scope(exchange& x, std::initializer_list<scope> scopes) {
  const auto* owner = presented_key(x);
  if (owner == nullptr)
    throw problem_of(errc::unauthorized, "a service key is needed: Authorization: Bearer <key>");
  if (std::none_of(scopes.begin(), scopes.end(), [&](scope s) { return owner->may(s); }))
    throw problem_of(errc::forbidden,
                     "the key lacks scope `" + std::string{to_string(*scopes.begin())} + "`");
  return *owner;
}

std::string_view require_idempotency_key(const exchange& x) {
  const auto& given = x.asked()[header::idempotency_key];
  if (given.count == 0)
    throw problem_of(
        errc::idempotency_key_required,
        "send an Idempotency-Key header, and the same one when repeating this request");
  if (given.count > 1) throw bad_field("Idempotency-Key", "must be one header");
  return read_idempotency_key("Idempotency-Key", given.text);
}

std::string_view read_idempotency_key(std::string_view name, std::string_view text) {
  const bool visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (text.empty() || text.size() > longest_idempotency_key || !visible)
    throw bad_field(std::string{name}, "must be 1 to 128 visible ASCII characters");
  return text;
}

void note_replay(exchange& x, timestamp stored_at, timestamp asked_at) {
  if (stored_at < asked_at) x.always(replayed_header, "true");
}

}  // namespace headroom::http
