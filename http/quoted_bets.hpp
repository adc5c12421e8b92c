#pragma once

#include <functional>

#include "http/exchange.hpp"

namespace headroom::http {

/// How POST /bets goes on with a bet that names a quote.
struct quoted_bet {
  std::function<void(exchange&, const actors::place_bet&)> place;  // its cap is the quote's
  std::function<void(exchange&, const bet&)> known;  // the request was answered before
};

/// The quote's price becomes the cap of `order`. When it is not promised any more: the bet that an
/// earlier request made, or 409 `quote_expired` with a new quote in the problem.
void take_quote(exchange& x, const actors::place_bet& order, const quote_id& quote,
                quoted_bet then);

}  // namespace headroom::http
