#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "domain/reports.hpp"

/// What is read of withdrawals, within the asker's transaction.
namespace headroom::persistence {

[[nodiscard]] std::optional<withdrawal> select_withdrawal(pqxx::transaction_base& tx,
                                                          const withdrawal_id& id);
/// Locked until the transaction ends: an operator may be ending it beside the journal, and it ends
/// once.
[[nodiscard]] std::optional<withdrawal> lock_withdrawal(pqxx::transaction_base& tx,
                                                        const withdrawal_id& id);
/// Open, oldest first, at most 10,000.
[[nodiscard]] std::vector<withdrawal> read_open_withdrawals(pqxx::transaction_base& tx);
[[nodiscard]] withdrawal_page read_withdrawals(pqxx::transaction_base& tx,
                                               const withdrawal_filter& filter);
[[nodiscard]] bool withdrawals_are_paused(pqxx::transaction_base& tx);

/// SQL, of the withdrawal's row `w`: its transactions in the outbox, `o`.
inline constexpr const char* transfers_of_withdrawal =
    "FROM chain_operations o WHERE o.operation_id BETWEEN"
    " (left(w.withdrawal_id::text, 34) || '00')::uuid"
    " AND (left(w.withdrawal_id::text, 34) || 'ff')::uuid ";

}  // namespace headroom::persistence
