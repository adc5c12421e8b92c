#pragma once

#include <initializer_list>

#include "http/exchange.hpp"

namespace headroom::http {

/// The owner of the request's `Authorization: Bearer` key; nothing when there is no such header.
/// Throws 401 when it is malformed, unknown or revoked, 429 when the key was used too often, 503
/// while the keys were never read.
[[nodiscard]] const principal* presented_key(exchange& x);

/// The key that the request came with is active still, or there was none: for answers that stay
/// open.
[[nodiscard]] bool key_still_good(exchange& x);

/// The owner of a key with at least one of `scopes`. Throws 401 without a key, 403 naming the first
/// scope when none is there.
const principal& require_scope(exchange& x, std::initializer_list<scope> scopes);

/// A request that `user` signed counts against that user's rate. Throws 429.
void count_signer(exchange& x, const address& user);

}  // namespace headroom::http
