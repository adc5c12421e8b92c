#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// `headroom bets ...` and `headroom sales ...`, for an order that stays open: what the books and
/// the exchange know of it, and the end that a human gives it. They return the process's exit code:
/// 0 done, 1 the exchange contradicts, 2 no such order or an end that the books refuse, 3 the chain
/// cannot be read.
int bets_command(const config::settings& settings, const config::bets_request& asked,
                 timestamp now);
int sales_command(const config::settings& settings, const config::sales_request& asked,
                  timestamp now);

}  // namespace headroom
