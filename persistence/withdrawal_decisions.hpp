#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/journal.hpp"

/// What an operator at the machine decides about withdrawals, beside a running service: rows are
/// locked and changed as the journal does it, and the withdrawal's actor finds it in the books. All
/// of it throws std::runtime_error without a database.
namespace headroom::persistence {

[[nodiscard]] std::optional<withdrawal> find_withdrawal(const std::string& conninfo,
                                                        const withdrawal_id& id);

/// The transactions that were stored for it, by transfer: each one's attempts. Throws likewise.
[[nodiscard]] std::vector<std::vector<chain_operation>> find_transfers(const std::string& conninfo,
                                                                       const withdrawal_id& id);

/// "" or why the books refuse it: one of approve_withdrawal, finish_withdrawal (of a refused one)
/// and switch_withdrawals.
[[nodiscard]] std::string decide(const std::string& conninfo, const journal_entry& entry);

}  // namespace headroom::persistence
