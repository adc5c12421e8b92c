#pragma once

#include <string_view>
#include <vector>

#include "chain/polymarket/market.hpp"
#include "domain/bytes.hpp"

/// The order book of one outcome, and what a budget buys from it. GET /book shows the best price
/// last on both sides; GET /price is not asked: its `side` means the other one
/// (facts/polymarket.md, change 21).
namespace headroom::chain::polymarket {

struct book_level {
  usdc price;
  share_amount size;
};

struct book {
  hash256 condition;             // of the market
  rounding ticks;                // now: the tick may have become finer since the market was read
  std::vector<book_level> asks;  // the best first
  std::vector<book_level> bids;  // likewise

  [[nodiscard]] usdc best_ask() const { return asks.empty() ? usdc{} : asks.front().price; }
  [[nodiscard]] usdc best_bid() const { return bids.empty() ? usdc{} : bids.front().price; }
};

/// Nothing when it is not the book of `token`. A level that cannot be read is left out, on the safe
/// side: less is offered then.
[[nodiscard]] std::optional<book> read_book(std::string_view body, const uint256& token);

/// What a BUY of a budget takes from the asks, at no worse than `worst_price`.
struct buy_walk {
  usdc spend;           // the order's maker amount; less when the book does not fill it
  share_amount shares;  // rounded down, level by level
  usdc average_price;   // rounded down
  usdc worst_price;     // of the last level that is needed, rounded up to the tick
  usdc fee;             // cut at 5 decimals, level by level, as the exchange charges it
  bool fills_whole = false;
};
/// The cheapest cap at which the asks fill the order that this budget makes, fee included, as
/// price_buy makes it; without such a cap, all that is offered. Nothing when less than a dollar is
/// left after the fee. Everything is zero where nobody sells.
[[nodiscard]] std::optional<buy_walk> walk_asks(const book& b, usdc budget, const market& m);

}  // namespace headroom::chain::polymarket
