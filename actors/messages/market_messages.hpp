#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/inspect.hpp"

/// What people ask of the venue's markets: lists, one market, and what a bet would buy.
namespace headroom::actors {

/// Whether bets can be placed on a market.
enum class market_status : std::uint8_t {
  open = 0,
  paused = 1,       // it takes no orders now
  closed = 2,       // trading is over, how it ends is not known yet
  resolved = 3,     // by the venue's word; what is paid is the chain's
  unsupported = 4,  // of a protocol that we do not trade
};

[[nodiscard]] constexpr std::string_view to_string(market_status s) noexcept {
  switch (s) {
    case market_status::open: return "open";
    case market_status::paused: return "paused";
    case market_status::closed: return "closed";
    case market_status::resolved: return "resolved";
    case market_status::unsupported: return "unsupported";
  }
  return "unknown";
}

/// The best prices per share; zero: nobody offers, or it is not known.
struct outcome_view {
  uint256 token;
  std::string name;
  usdc ask;
  usdc bid;
};
HEADROOM_INSPECT(outcome_view, x.token, x.name, x.ask, x.bid)

struct market_view {
  hash256 condition;
  std::string question;  // "": not known
  timestamp closes_at;   // not set: not known
  market_status status = market_status::open;
  usdc tick;
  share_amount min_order;  // of an order that rests; a bet needs a dollar
  bool neg_risk = false;
  bool fee_known = true;
  std::int64_t fee_rate_micro = 0;  // 0.07 is 70'000
  std::uint32_t fee_exponent = 1;
  std::uint32_t delay_seconds = 0;  // that the venue holds orders back before they match
  std::vector<outcome_view> outcomes;
  timestamp as_of;  // of the prices; of the rest when there are none
};
HEADROOM_INSPECT(market_view, x.condition, x.question, x.closes_at, x.status, x.tick, x.min_order,
                 x.neg_risk, x.fee_known, x.fee_rate_micro, x.fee_exponent, x.delay_seconds,
                 x.outcomes, x.as_of)

/// What a share of this token costs and brings now.
struct get_price {
  uint256 token;
};
HEADROOM_INSPECT(get_price, x.token)

struct token_price {
  uint256 token;
  usdc ask;  // zero: nobody offers
  usdc bid;
  timestamp as_of;
};
HEADROOM_INSPECT(token_price, x.token, x.ask, x.bid, x.as_of)

/// `query` "": all markets that are not closed. `cursor`: a page's next_cursor, "" for the first.
struct list_markets {
  std::string query;
  std::string cursor;
  std::uint32_t limit = 50;  // 1 to 100; a page may have fewer and still not be the last
};
HEADROOM_INSPECT(list_markets, x.query, x.cursor, x.limit)

struct market_page {
  std::vector<market_view> markets;
  std::string next_cursor;  // "" on the last page
};
HEADROOM_INSPECT(market_page, x.markets, x.next_cursor)

struct get_market {
  hash256 condition;
};
HEADROOM_INSPECT(get_market, x.condition)

/// `amount` is all that the bet may cost, the fee included.
struct quote_bet {
  uint256 token;
  usdc amount;
};
HEADROOM_INSPECT(quote_bet, x.token, x.amount)

/// What a bet of `amount` would buy from the book as it was just now. Shares and average price are
/// rounded down, the cap is rounded up to the tick.
struct bet_quote {
  quote_id id;  // zero: nothing is offered, so nothing is promised
  uint256 token;
  usdc amount;
  usdc spend;           // of it at the venue, before the fee; the rest comes back
  share_amount shares;  // each pays 1 USDC if it wins
  usdc average_price;   // zero without shares
  usdc worst_price;     // the bet's price cap, on the tick; zero without shares
  usdc fee;
  bool fills_whole = false;
  timestamp good_until;
};
HEADROOM_INSPECT(bet_quote, x.id, x.token, x.amount, x.spend, x.shares, x.average_price,
                 x.worst_price, x.fee, x.fills_whole, x.good_until)

/// The bet that wants the quote's price. The same bet may ask again, also later.
struct redeem_quote {
  quote_id id;
  uint256 token;
  usdc amount;
  bet_id bet;
};
HEADROOM_INSPECT(redeem_quote, x.id, x.token, x.amount, x.bet)

struct redeemed_quote {
  bool honoured = false;
  /// What was promised. Not honoured: a new quote for the same, its id zero when none can be made.
  bet_quote quote;
};
HEADROOM_INSPECT(redeemed_quote, x.honoured, x.quote)

}  // namespace headroom::actors
