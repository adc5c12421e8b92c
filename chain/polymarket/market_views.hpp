#pragma once

#include "actors/messages/market_messages.hpp"
#include "chain/polymarket/gamma.hpp"
#include "chain/polymarket/listing.hpp"
#include "chain/polymarket/order_book.hpp"

/// Markets as users see them, from whatever the venue said of them.
namespace headroom::chain::polymarket {

[[nodiscard]] actors::market_status status_of(const gamma_market& m) noexcept;

/// Gamma shows prices of the first outcome alone. Of two outcomes the second's are the mirror: who
/// buys it sells the first.
[[nodiscard]] actors::market_view view_of(const gamma_market& m, timestamp as_of);

/// What the CLOB knows: no question, no end.
[[nodiscard]] actors::market_view view_of(const listing& m, timestamp as_of);

/// The prices of an outcome by its own book.
void show_book(actors::outcome_view& outcome, const book& b);

}  // namespace headroom::chain::polymarket
