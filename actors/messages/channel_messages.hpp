#pragma once

#include <vector>

#include "actors/inspect.hpp"

/// What the venue's web socket leads to.
namespace headroom::actors {

/// The venue spoke of these orders: look now rather than later. A hint and no more: it may be late,
/// twice, wrong or never come, and nothing is booked on its word.
struct order_hints {
  std::vector<hash256> orders;  // each once; ours and strangers'
  bool up = true;               // false: there is no socket any more, and none to hint
};
HEADROOM_INSPECT(order_hints, x.orders, x.up)

}  // namespace headroom::actors
