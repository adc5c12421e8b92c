#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// `headroom markets settle`: what the books and the chain know of one condition, and what the
/// running service does next about it. With a transaction: what somebody else redeemed by it, and
/// with `apply` it is booked in the name of `by`. Returns the process's exit code: 0 nothing stands
/// in the way or it is booked, 1 a human must act or the transaction is refused, with a stable word
/// first, 2 no such market, 3 books or chain cannot be read.
int markets_command(const config::settings& settings, const config::markets_request& asked,
                    const std::string& by, timestamp now);

}  // namespace headroom
