#pragma once

#include "app_household.hpp"
#include "app_keys.hpp"
#include "app_outside.hpp"

/// The wiring of the venue: our accounts there, orders, markets, and what becomes of shares.
namespace headroom {

void add_venue(household& house, const config::settings& s, const own_keys& keys,
               const outside& out);
/// Resolved markets, from the venue's accounts to their users.
void add_settlement(household& house, const config::settings& s, const own_keys& keys,
                    const outside& out);

}  // namespace headroom
