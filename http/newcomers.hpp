#pragma once

#include "http/exchange.hpp"

/// Sessions and delegations stay in the books whether their user ever pays in or not: how many of
/// them begin is bounded, for one user and for all whom the books do not know.
namespace headroom::http {

/// Throws 429 when this user begins too much.
void count_beginning(exchange& x, const address& user);

/// Whom the books know waits for nobody; the others share what there is for them. Throws 503.
[[nodiscard]] task<> admit(exchange& x, address user);

}  // namespace headroom::http
