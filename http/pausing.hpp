#pragma once

#include "domain/repairs.hpp"
#include "http/exchange.hpp"

namespace headroom::http {

/// Throws 503 `paused`, with the operator's reason, while work of this kind is stopped.
void refuse_if_paused(const exchange& x, pausable work);

}  // namespace headroom::http
