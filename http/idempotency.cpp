#include "http/idempotency.hpp"

#include <algorithm>

namespace headroom::http {
namespace {

constexpr std::size_t longest_idempotency_key = 128;

}  // namespace

std::string_view require_idempotency_key(const exchange& x) {
  const auto given = optional_idempotency_key(x);
  if (!given)
    throw problem_of(
        errc::idempotency_key_required,
        "send an Idempotency-Key header, and the same one when repeating this request");
  return *given;
}

std::optional<std::string_view> optional_idempotency_key(const exchange& x) {
  const auto& given = x.asked()[header::idempotency_key];
  if (given.count == 0) return std::nullopt;
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

hash256 digest_of(const actors::ethereum_port& ethereum, std::string_view what,
                  std::string_view who, std::string_view key) {
  std::string seed;
  seed.reserve(what.size() + who.size() + key.size() + 2);
  seed.append(what).append(1, '\0').append(who).append(1, '\0').append(key);
  return ethereum.keccak256({reinterpret_cast<const std::uint8_t*>(seed.data()), seed.size()});
}

void note_replay(exchange& x, timestamp stored_at, timestamp asked_at) {
  if (stored_at < asked_at) x.mark_replayed();
}

}  // namespace headroom::http
