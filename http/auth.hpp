#pragma once

#include <initializer_list>

#include "http/exchange.hpp"

namespace headroom::http {

/// The owner of the request's `Authorization: Bearer` key or session, or without such a header of
/// its cookie (session_auth.hpp); nothing when there is none. Throws 401 when the header is
/// malformed, unknown or revoked, 403 when another origin's page sends the cookie, 429 when the
/// caller asked too often, 503 while keys or sessions were never read.
[[nodiscard]] const principal* presented_key(exchange& x);

/// The key or the session that the request came with is good still, or there was none: for answers
/// that stay open.
[[nodiscard]] bool key_still_good(exchange& x);

/// The owner of a key, by itself or signed in, with at least one of `scopes`. Throws 401 without
/// one, 403 naming the first scope when none is there, or when there is a cookie and nothing more.
const principal& require_scope(exchange& x, std::initializer_list<scope> scopes);

/// A request that `user` signed counts against that user's rate. Throws 429.
void count_signer(exchange& x, const address& user);
/// What begins and stays (a session, a delegation) counts against the rate of its owner: each is an
/// entry of the books. Throws 429.
void count_beginning(exchange& x, const principal& who);
/// What the caller's request asks for beyond one answer counts as so much more. Throws 429.
void count_again(exchange& x);

}  // namespace headroom::http
