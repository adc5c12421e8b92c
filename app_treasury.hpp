#pragma once

#include "app_household.hpp"
#include "app_keys.hpp"
#include "app_outside.hpp"

namespace headroom {

/// What users pay with beside USDT0 and the buffer's own token: it waits on accounts of ours too.
[[nodiscard]] std::vector<config::source_setting> other_sources(const config::settings& s);

/// The wiring of the treasury: every route, conversions, withdrawals, and the audit of it all.
void add_treasury(household& house, const config::settings& s, const own_keys& keys,
                  const outside& out);

}  // namespace headroom
