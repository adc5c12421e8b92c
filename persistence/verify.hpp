#pragma once

#include <string>
#include <vector>

#include "domain/reports.hpp"

namespace headroom::persistence {

/// Replays every posting in one snapshot and compares it with everything that is stored beside:
/// users' balances, the buffer and its totals, the other accounts, each bet, deposit, conversion,
/// replenishment, sale, payout and remainder with its own postings, and positions and settlements
/// with what they were made of. Clean books give an empty list, solvent or
/// not (that is served by /audit/solvency). Runs beside a writing service and in bounded memory
/// (the database sorts and spills); each check reports at most `max_per_check` differences. Throws
/// std::runtime_error when the database cannot be read.
[[nodiscard]] std::vector<discrepancy> verify(const std::string& conninfo, int max_per_check = 100);

}  // namespace headroom::persistence
