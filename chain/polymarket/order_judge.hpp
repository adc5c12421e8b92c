#pragma once

#include "actors/actors.hpp"
#include "chain/polymarket/answers.hpp"
#include "chain/polymarket/exchange_events.hpp"

/// What became of an order, from all that is known of it: what the venue shows (its object, its
/// trades) and what the exchange says on chain. Pure. The exchange outranks the venue: what it took
/// is what is booked, and nothing counts as unfilled that it has touched.
namespace headroom::chain::polymarket {

/// One immediate order, as it was signed.
struct order_facts {
  hash256 hash;
  usdc money;           // a BUY spends it, whatever the price; the least that a SELL gets
  share_amount shares;  // the least that a BUY gets; a SELL gives them
  std::optional<fee_schedule> fees;  // stored with it
  /// It was sent so long ago that views have caught up, and that a silent chain is not waited for
  /// when the venue's own word is final.
  bool settled_down = false;
  usdc money_dust{1'000};           // what rounding may leave unspent of `money`
  share_amount share_dust{10'000};  // venues cut sizes at 2 to 6 decimals
  order_side side = order_side::buy;
  order_fill fill = order_fill::whole;
  bool long_ago = false;  // that no queue of the venue holds it any more
};

struct order_evidence {
  order_answer object;
  trade_set trades;
  bool trades_read = false;  // to their end
  exchange_word exchange;
};

/// All of it matched. A BUY's money is spent, but for what rounding leaves (0 to 20 micro-USDC were
/// seen; changes of 2026-11-29, 2); a SELL's shares are gone.
[[nodiscard]] bool is_all(const order_facts& o, share_amount shares, usdc money) noexcept;

/// Whether the exchange has to be asked before `judge` can end the order.
[[nodiscard]] bool needs_exchange(const order_facts& o, const order_evidence& e);

[[nodiscard]] actors::venue_answer judge(const order_facts& o, const order_evidence& e);

}  // namespace headroom::chain::polymarket
