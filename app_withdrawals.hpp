#pragma once

#include "actors/ports.hpp"
#include "app_household.hpp"
#include "app_keys.hpp"
#include "app_outside.hpp"
#include "chain/treasury/withdrawal_float.hpp"

/// The wiring of money out.
namespace headroom {

/// What speaks against paying an address: nobody's, a contract that we use or an account of ours;
/// then the operator's list and file. The file is read again when it has changed, at most every few
/// seconds; one that cannot be read refuses everybody.
[[nodiscard]] actors::address_screen screen_of(const config::settings& s, const own_keys& keys);

/// What keeps the withdrawals' account supplied; nothing where it is the one that converts, or
/// where the settings leave it to a human.
[[nodiscard]] std::optional<chain::float_places> float_of(const config::settings& s,
                                                          const own_keys& keys, const outside& out);

/// Who pays users out of the withdrawals' account, who supplies that, and who hears operators.
void add_withdrawals(household& house, const config::settings& s, const own_keys& keys,
                     const outside& out);

}  // namespace headroom
