#pragma once

#include <vector>

#include "domain/moving_money.hpp"

namespace headroom {

/// As money_of. Of a step that goes in parts (docs/decisions/0045) its money may be in several
/// places at once: one of each that has any, named like the whole, in the order of money_place.
/// Of a part that was filled it is what the bridge paid out, where the next step begins.
[[nodiscard]] std::vector<moving_money> moneys_of(const conversion& running,
                                                  const money_source& backing);

}  // namespace headroom
