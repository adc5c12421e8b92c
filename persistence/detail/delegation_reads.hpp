#pragma once

#include <optional>
#include <pqxx/pqxx>

#include "domain/delegations.hpp"

namespace headroom::persistence {

[[nodiscard]] std::optional<delegation> select_delegation(pqxx::transaction_base& tx,
                                                          const delegation_id& id);

}  // namespace headroom::persistence
