#pragma once

#include <caf/expected.hpp>

#include "actors/messages/venue_messages.hpp"
#include "chain/polymarket/market.hpp"
#include "chain/polymarket/order.hpp"

/// From what is wanted to the order that is signed for it: bets, sales and the self-test go this
/// one way.
namespace headroom::chain::polymarket {

/// What `x` is at this market, all rounding done, or why it cannot be. What stays of a sale's
/// shares below 0.01 is in the answer.
[[nodiscard]] caf::expected<actors::order_quote> quote_at(const actors::quote_order& x,
                                                          const market& m);
[[nodiscard]] caf::expected<actors::order_quote> quote_at(const actors::quote_sale& x,
                                                          const market& m);

/// The order of a quote; sign() sets whose it is. `noise` makes it unlike every other.
[[nodiscard]] order order_of(const actors::order_quote& q, const hash256& noise, timestamp now);

}  // namespace headroom::chain::polymarket
