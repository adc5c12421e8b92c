#pragma once

#include <pqxx/pqxx>

#include "domain/reports.hpp"

/// Fees charged beside what conversions cost, within the asker's transaction.
namespace headroom::persistence {

[[nodiscard]] pricing_report read_pricing(pqxx::transaction_base& tx, std::uint32_t days);

}  // namespace headroom::persistence
