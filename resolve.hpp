#pragma once

#include "actors/messages/repair_messages.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// The end that a human gives to a bet that stays open, as far as the exchange agrees. Throws
/// std::runtime_error without a database.
[[nodiscard]] actors::repair_answer resolve_by_exchange(const config::settings& s,
                                                        const actors::resolve_bet& x,
                                                        timestamp now);

/// `headroom bets ...` and `headroom sales ...`, for an order that stays open: what the books and
/// the exchange know of it, and the end that a human gives it. They return the process's exit code:
/// 0 done, 1 the exchange contradicts, 2 no such order or an end that the books refuse, 3 the chain
/// cannot be read.
int bets_command(const config::settings& settings, const config::bets_request& asked,
                 timestamp now);
int sales_command(const config::settings& settings, const config::sales_request& asked,
                  timestamp now);

}  // namespace headroom
