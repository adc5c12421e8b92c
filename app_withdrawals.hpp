#pragma once

#include "actors/ports.hpp"
#include "app_keys.hpp"
#include "chain/treasury/cashier_actor.hpp"
#include "config/settings.hpp"

/// The wiring of money out.
namespace headroom {

/// What speaks against paying an address: nobody's, a contract that we use or an account of ours;
/// then the operator's list and file. The file is read again when it has changed, at most every few
/// seconds; one that cannot be read refuses everybody.
[[nodiscard]] actors::address_screen screen_of(const config::settings& s, const own_keys& keys);

/// @param account  whose USDC is paid out.
[[nodiscard]] chain::cashier_settings cashier_of(const config::settings& s, const address& account);

}  // namespace headroom
