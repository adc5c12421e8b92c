#pragma once

#include <string>
#include <vector>

namespace headroom::persistence {

/// The part of `verify` that follows bought shares: positions against bets and sales, sales and
/// payouts against their postings, payouts against the vectors they were made by, settlements
/// against redemptions, payouts and closings. Each is one query for (what, stored, replayed).
[[nodiscard]] std::vector<std::string> position_checks();

}  // namespace headroom::persistence
