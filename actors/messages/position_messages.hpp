#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"
#include "domain/order_kind.hpp"

/// What is done with positions: sold by their users, or paid out when their market is resolved.
namespace headroom::actors {

/// A sale as the user asked for it. `id` derives from the idempotency key, so a repeat finds it.
struct sell_position {
  sale_id id;
  address user;
  uint256 token;
  share_amount shares;
  usdc min_price;  // micro-USDC per share
  order_fill fill = order_fill::part;
  timestamp deadline;
  hash256 request_hash;
  std::string by{};  // who asks: "key:<id>" or "user:<address>"
};
HEADROOM_INSPECT(sell_position, x.id, x.user, x.token, x.shares, x.min_price, x.fill, x.deadline,
                 x.request_hash, x.by)

// -- the settlement of a resolved market ---------------------------------------------------------

/// Which market is this outcome token of? Answered with what record_market says of it.
struct find_market {
  uint256 token;
};
HEADROOM_INSPECT(find_market, x.token)

/// Is it resolved? The API is only asked when to look; what counts is the payout vector on chain,
/// in a final block.
struct look_at_condition {
  hash256 condition;
  bool at_chain = false;  // whatever the API says
};
HEADROOM_INSPECT(look_at_condition, x.condition, x.at_chain)

struct condition_state {
  bool resolved = false;  // on chain and final: `payouts` is the word
  payout_vector payouts;
  std::string stage;  // what the API says: "open", "proposed", "disputed", "resolved"
};
HEADROOM_INSPECT(condition_state, x.resolved, x.payouts, x.stage)

/// One redeeming transaction for one account, the same id once, ever: sends it or looks at it.
struct redeem_condition {
  operation_id id;
  address account;
  record_market market;
  /// The books owe more than came: where nothing is left to redeem, somebody else may have redeemed
  /// it, from a little before `since` on and by none of the transactions in `booked`.
  bool missing{};
  timestamp since{};
  std::vector<hash256> booked{};
};
HEADROOM_INSPECT(redeem_condition, x.id, x.account, x.market, x.missing, x.since, x.booked)

enum class redeem_state : std::uint8_t {
  under_way = 0,  // ask again
  done = 1,       // proven by its receipt: collateral that came and tokens that were burned
  nothing = 2,    // the account holds nothing of it that pays anything: nothing was sent
  refused = 3,    // it would pay too little, or reverted: a human must look
  seen = 4,       // somebody else's transaction redeemed: proven by its receipt likewise
};
struct redeem_progress {
  redeem_state state = redeem_state::under_way;
  hash256 tx_hash;
  usdc received;
  std::vector<share_amount> burned;  // by outcome slot
  std::string detail;
};
HEADROOM_INSPECT(redeem_progress, x.state, x.tx_hash, x.received, x.burned, x.detail)

/// What the venue's accounts hold of tokens on chain, at one final block.
struct held_on_chain {
  std::vector<uint256> tokens;
};
HEADROOM_INSPECT(held_on_chain, x.tokens)

/// In the order asked; the sum over all accounts.
struct token_holdings {
  std::vector<share_amount> shares;
};
HEADROOM_INSPECT(token_holdings, x.shares)

// -- reads ---------------------------------------------------------------------------------------

/// Unpaid positions of one condition, at most `limit`, in the order of their keys.
struct unpaid_positions {
  hash256 condition;
  std::uint32_t limit = 500;
};
HEADROOM_INSPECT(unpaid_positions, x.condition, x.limit)

}  // namespace headroom::actors
