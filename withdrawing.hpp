#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// `headroom withdrawals ...`: what the books know of one, and what an operator decides. Returns
/// the process's exit code: 0 done, 2 no such withdrawal or a decision that the books refuse.
int withdrawals_command(const config::settings& settings, const config::withdrawals_request& asked,
                        timestamp now);

}  // namespace headroom
