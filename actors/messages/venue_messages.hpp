#pragma once

#include <string>
#include <string_view>

#include "actors/inspect.hpp"
#include "domain/order_kind.hpp"
#include "domain/venue_verdict.hpp"

/// What the venue is asked, and what it answers.
namespace headroom::actors {

/// What the venue can be asked for, all rounding done. A BUY pays `money` for at least `shares`, a
/// SELL gives `shares` for at least `money`.
struct order_quote {
  uint256 token;
  bool neg_risk = false;
  order_side side = order_side::buy;
  order_fill fill = order_fill::whole;
  usdc money;  // BUY: to be paid at most; SELL: before the fee
  share_amount shares;
  usdc max_fee;      // worst case; a BUY pays it on top of `money`, a SELL out of it
  usdc limit_price;  // a BUY's cap, a SELL's floor
  /// The market's fee as it was read for this quote; stored with the order, see order_terms.
  std::int64_t fee_rate_micro = 0;
  std::uint32_t fee_exponent = 1;
};
HEADROOM_INSPECT(order_quote, x.token, x.neg_risk, x.side, x.fill, x.money, x.shares, x.max_fee,
                 x.limit_price, x.fee_rate_micro, x.fee_exponent)

/// Each is one order of the budget at the venue that `by` has; "" is the house itself. When the
/// venue's limits are short it waits for its turn among the users, for a while and not beyond
/// `deadline`: then `overloaded`, or `rate_limited` when it is the user's own orders that wait.
struct quote_order {
  uint256 token;
  usdc amount;  // the whole of it: stake and worst-case fee
  usdc max_price;
  std::string by{};
  order_fill fill = order_fill::whole;
  address user{};        // whose order it will be
  timestamp deadline{};  // not set: none
};
HEADROOM_INSPECT(quote_order, x.token, x.amount, x.max_price, x.by, x.fill, x.user, x.deadline)

/// Likewise, for a SELL: of `shares`, what the venue takes (steps of 0.01) is in the answer.
struct quote_sale {
  uint256 token;
  share_amount shares;
  usdc min_price;
  std::string by{};
  order_fill fill = order_fill::part;
  address user{};
  timestamp deadline{};
};
HEADROOM_INSPECT(quote_sale, x.token, x.shares, x.min_price, x.by, x.fill, x.user, x.deadline)

/// A signed order: exact bytes to store, and the hash the venue will know it by.
struct signed_order {
  hash256 hash;
  byte_vector bytes;
};
HEADROOM_INSPECT(signed_order, x.hash, x.bytes)

/// From `deadline` on nothing leaves for the venue: the answer is not_now.
struct submit_order {
  signed_order order;
  timestamp deadline;
};
HEADROOM_INSPECT(submit_order, x.order, x.deadline)

/// With the order's bytes, which say how much of it makes it whole. `follow`: it matched, and the
/// answer may wait for its trades to be final, as long as the venue's settings allow.
struct look_up_order {
  signed_order order;
  timestamp sent_at;
  timestamp deadline{};  // of the bet: from then on the exchange is asked too
  bool follow = false;
};
HEADROOM_INSPECT(look_up_order, x.order, x.sent_at, x.deadline, x.follow)

struct cancel_order {
  signed_order order;
};
HEADROOM_INSPECT(cancel_order, x.order)

struct venue_answer {
  venue_verdict verdict = venue_verdict::unknown;
  share_amount shares;  // bought or sold
  usdc spent;           // paid for them, by us or, of a SELL, to us; the fee apart
  usdc fee;
  std::string reason;
  /// The exchange filled nothing of it in any block up to then, all of them final. Not set: it did,
  /// or was not asked, or cannot tell.
  timestamp untouched_until{};
};
HEADROOM_INSPECT(venue_answer, x.verdict, x.shares, x.spent, x.fee, x.reason, x.untouched_until)

/// The reason of a not_now whose order was kept back: the bet's deadline.
inline constexpr std::string_view sent_too_late =
    "the bet's deadline passed before it could be sent";

}  // namespace headroom::actors
