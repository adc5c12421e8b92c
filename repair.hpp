#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// `headroom conversions ...`: what the books know of one, and an operator's order, which a running
/// service obeys within about a second and a stopped one when it starts. Exit codes as those of
/// resolve.hpp: 0 done, 1 the chain contradicts, 2 the books refuse, 3 the chain cannot be read.
int conversions_command(const config::settings& settings, const config::conversions_request& asked,
                        timestamp now);
/// `headroom adopt-transfer`: USDC on Polygon that came to our account by a final transaction.
int adopt_command(const config::settings& settings, const config::adoption_request& asked,
                  timestamp now);

}  // namespace headroom
