#pragma once

#include <pqxx/pqxx>

#include "domain/reports.hpp"

/// What a user's page shows, within the asker's transaction.
namespace headroom::persistence {

/// Everything that happened to a user's money, of all tables, the newest first. A cursor that is
/// none of ours gives an empty page.
[[nodiscard]] history_page read_history(pqxx::transaction_base& tx, const history_filter& filter);

[[nodiscard]] user_holdings read_holdings(pqxx::transaction_base& tx, const address& user);

}  // namespace headroom::persistence
