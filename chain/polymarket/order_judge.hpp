#pragma once

#include "actors/actors.hpp"
#include "chain/polymarket/answers.hpp"
#include "chain/polymarket/exchange_events.hpp"

/// What became of an order, from all that is known of it: what the venue shows (its object, its
/// trades) and what the exchange says on chain. Pure. The exchange outranks the venue: what it took
/// is what is booked, and nothing counts as unfilled that it has touched.
namespace headroom::chain::polymarket {

/// One immediate BUY, as it was signed.
struct order_facts {
  hash256 hash;
  usdc money;                        // makerAmount: what a market BUY spends, whatever the price
  share_amount shares;               // takerAmount: the least it gets for it
  std::optional<fee_schedule> fees;  // stored with it
  /// It was sent so long ago that views have caught up, and that a silent chain is not waited for
  /// when the venue's own word is final.
  bool settled_down = false;
  usdc money_dust{1'000};           // what rounding may leave unspent of `money`
  share_amount share_dust{10'000};  // venues cut sizes at 2 to 6 decimals
};

struct order_evidence {
  order_answer object;
  trade_set trades;
  bool trades_read = false;  // to their end
  exchange_word exchange;
};

/// All of it matched: the money is spent, but for what rounding leaves (0 to 20 micro-USDC were
/// seen; changes of 2026-11-29, 2).
[[nodiscard]] bool spends_whole(const order_facts& o, usdc spent) noexcept;

/// Whether the exchange has to be asked before `judge` can end the order.
[[nodiscard]] bool needs_exchange(const order_facts& o, const order_evidence& e);

[[nodiscard]] actors::venue_answer judge(const order_facts& o, const order_evidence& e);

}  // namespace headroom::chain::polymarket
