#pragma once

#include <vector>

#include "actors/messages/repair_messages.hpp"
#include "app_keys.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

/// What a human does when the service cannot, for the terminal and the API alike. What stands in
/// the books a running service finds within about a second, a stopped one when it starts. All of
/// these throw std::runtime_error without a database.
namespace headroom {

/// @param others  transfers beside the one that `x` names, when it came in several: all or none.
[[nodiscard]] actors::repair_answer settle_by_transfer(
    const config::settings& s, const own_keys& keys, const actors::settle_conversion& x,
    timestamp now, const std::vector<actors::named_transfer>& others = {});
/// USDC on Polygon that came to our account by a final transaction.
[[nodiscard]] actors::repair_answer adopt(const config::settings& s, const own_keys& keys,
                                          const actors::adopt_arrival& x, timestamp now);

[[nodiscard]] actors::repair_answer done(std::string words);
[[nodiscard]] actors::repair_answer contradicted(std::string why);
[[nodiscard]] actors::repair_answer refused(std::string why);
[[nodiscard]] actors::repair_answer unreadable(std::string why);
/// For a terminal: the words, and the exit code.
int say(const actors::repair_answer& a);

/// `headroom conversions ...`: what the books know of one, and an operator's order.
int conversions_command(const config::settings& settings, const config::conversions_request& asked,
                        timestamp now);
/// `headroom adopt-transfer`.
int adopt_command(const config::settings& settings, const config::adoption_request& asked,
                  timestamp now);

}  // namespace headroom
