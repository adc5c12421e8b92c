#pragma once

#include <pqxx/pqxx>

#include "domain/reports.hpp"

namespace headroom::persistence {

/// Of conversions opened in the last 30 days.
[[nodiscard]] conversion_metrics read_conversion_metrics(pqxx::transaction_base& tx);

/// Net outflow from the buffer's history: what it held then, less what it holds now, with all that
/// conversions and operators brought, or found, in between.
[[nodiscard]] buffer_flows read_buffer_flows(pqxx::transaction_base& tx);

}  // namespace headroom::persistence
