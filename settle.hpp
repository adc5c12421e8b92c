#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace headroom {

/// `headroom markets settle`: what the books and the chain know of one condition, and what the
/// running service does next about it. It only reads. Returns the process's exit code: 0 nothing
/// stands in the way, 1 a human must act, 2 no such market, 3 books or chain cannot be read.
int markets_command(const config::settings& settings, const config::markets_request& asked);

}  // namespace headroom
