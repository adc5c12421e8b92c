#pragma once

#include <initializer_list>

#include "http/exchange.hpp"

namespace headroom::http {

/// The owner of the request's `Authorization: Bearer` key; nothing when there is no such header.
/// Throws 401 when it is malformed, unknown or revoked, 429 when the key was used too often, 503
/// while the keys were never read.
[[nodiscard]] const principal* presented_key(exchange& x);

/// The owner of a key with at least one of `scopes`. Throws 401 without a key, 403 naming the first
/// scope when none is there.
const principal& require_scope(exchange& x, std::initializer_list<scope> scopes);

/// What users read about themselves: a service key with scope `read` or `trade`. (Signed-in users
/// will be admitted here, for their own address.)
inline const principal& require_reader(exchange& x) {
  return require_scope(x, {scope::read, scope::trade});
}

/// A request that `user` signed counts against that user's rate. Throws 429.
void count_signer(exchange& x, const address& user);

/// The request's Idempotency-Key: one header of 1 to 128 visible ASCII characters. Throws 400.
[[nodiscard]] std::string_view require_idempotency_key(const exchange& x);
/// The same where it may be absent.
[[nodiscard]] std::optional<std::string_view> optional_idempotency_key(const exchange& x);

/// A key's text, of the header or of the field `name`. Throws 400.
[[nodiscard]] std::string_view read_idempotency_key(std::string_view name, std::string_view text);

/// Marks the answer as that to an earlier request when what it shows was stored before this one
/// came.
void note_replay(exchange& x, timestamp stored_at, timestamp asked_at);

}  // namespace headroom::http
