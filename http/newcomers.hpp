#pragma once

#include "http/exchange.hpp"

/// Sessions and delegations stay in the books whether their user ever pays in or not: how many of
/// them begin for all whom the books do not know is bounded; for one user it is count_beginning.
namespace headroom::http {

/// Whom the books know waits for nobody; the others share what there is for them. Throws 503.
[[nodiscard]] task<> admit(exchange& x, address user);

}  // namespace headroom::http
