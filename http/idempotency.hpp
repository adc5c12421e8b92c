#pragma once

#include <optional>
#include <string_view>

#include "http/exchange.hpp"

/// Idempotency keys: the caller's name for one request (docs/decisions/0006).
namespace headroom::http {

/// The request's Idempotency-Key: one header of 1 to 128 visible ASCII characters. Throws 400.
[[nodiscard]] std::string_view require_idempotency_key(const exchange& x);
/// The same where it may be absent.
[[nodiscard]] std::optional<std::string_view> optional_idempotency_key(const exchange& x);
/// A key's text, of the header or of the field `name`. Throws 400.
[[nodiscard]] std::string_view read_idempotency_key(std::string_view name, std::string_view text);

/// What a key names. The words are part of stored ids: they never change.
namespace purpose {
inline constexpr std::string_view bet = "headroom.bet";
inline constexpr std::string_view replenish = "headroom.replenish";
inline constexpr std::string_view sale = "headroom.sale";
inline constexpr std::string_view withdrawal = "headroom.withdrawal";
inline constexpr std::string_view delegation = "headroom.delegation";
inline constexpr std::string_view webhook = "headroom.webhook";
}  // namespace purpose

/// What an id is made of: its purpose, whose key it is (principal::name) and the key, NUL between
/// them.
[[nodiscard]] hash256 digest_of(const actors::ethereum_port& ethereum, std::string_view what,
                                std::string_view who, std::string_view key);

/// The id of what `who` names by `key`: bet_id for purpose::bet, and so on.
template <class Id>
[[nodiscard]] Id id_named(const exchange& x, std::string_view what, std::string_view who,
                          std::string_view key) {
  return Id::from_digest(digest_of(x.services().ethereum, what, who, key));
}

/// Marks the answer as that to an earlier request when what it shows was stored before this one
/// came.
void note_replay(exchange& x, timestamp stored_at, timestamp asked_at);

}  // namespace headroom::http
