#pragma once

#include "app_household.hpp"
#include "app_keys.hpp"

namespace headroom {

/// Who does for the API what an operator's commands do at the terminal. `s` and `keys` outlive it.
void add_repairs(household& house, const config::settings& s, const own_keys& keys);

}  // namespace headroom
