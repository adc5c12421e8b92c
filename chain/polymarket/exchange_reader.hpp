#pragma once

#include <memory>

#include "chain/evm/finality.hpp"
#include "chain/evm/json_rpc.hpp"
#include "chain/polymarket/exchange_events.hpp"
#include "chain/polymarket/order.hpp"

namespace headroom::chain::polymarket {

/// The exchange's word on one order, for a human at a terminal: blocks until the nodes answered or
/// timed out. `since` is when the order was sent. Looks at the last 100,000 blocks at most.
[[nodiscard]] exchange_word ask_exchange(const json_rpc& nodes, const finality_rule& rule,
                                         const signed_order& order, timestamp since, timestamp now);

}  // namespace headroom::chain::polymarket
