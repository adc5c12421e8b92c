#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "domain/reports.hpp"

/// What is read of positions, sales and settlements, within the asker's transaction. The contract
/// of each stands at ledger_reader (actors/ports.hpp). What goes over open positions goes
/// over their own index, so that nothing here grows with what was ever settled.
namespace headroom::persistence {

[[nodiscard]] std::optional<position> read_position_of(pqxx::transaction_base& tx,
                                                       const address& user, const uint256& token);
[[nodiscard]] position_page read_positions(pqxx::transaction_base& tx,
                                           const position_filter& filter);
[[nodiscard]] std::vector<position> read_unpaid(pqxx::transaction_base& tx,
                                                const hash256& condition, std::uint32_t limit);
[[nodiscard]] std::vector<token_shares> read_shares_held(pqxx::transaction_base& tx,
                                                         const uint256& after, std::uint32_t limit);
[[nodiscard]] settlement_work read_settlement_work(pqxx::transaction_base& tx, const hash256& after,
                                                   std::uint32_t limit);
[[nodiscard]] std::optional<settlement_view> read_settlement_view(pqxx::transaction_base& tx,
                                                                  const hash256& condition);
[[nodiscard]] std::optional<sale> select_sale(pqxx::transaction_base& tx, const sale_id& id);
/// Locked until the transaction ends: a human may be ending it beside the journal
/// (persistence/resolutions.hpp), and it ends once.
[[nodiscard]] std::optional<sale> lock_sale(pqxx::transaction_base& tx, const sale_id& id);
/// In `placing`, oldest first.
[[nodiscard]] std::vector<sale> read_placing_sales(pqxx::transaction_base& tx, std::uint32_t limit);

}  // namespace headroom::persistence
