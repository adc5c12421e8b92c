#pragma once

#include <string>

#include "actors/inspect.hpp"
#include "domain/order_kind.hpp"

/// A bet as its user asked for it.
namespace headroom::actors {

/// A bet as the user asked for it. `id` derives from the idempotency key, so a repeat finds it.
struct place_bet {
  bet_id id;
  address user;
  uint256 token;
  usdc amount;     // the whole of it: stake and worst-case fee
  usdc max_price;  // micro-USDC per share
  timestamp deadline;
  hash256 request_hash;
  std::string by{};  // who asks: "key:<id>" or "user:<address>"
  order_fill fill = order_fill::whole;
};
HEADROOM_INSPECT(place_bet, x.id, x.user, x.token, x.amount, x.max_price, x.deadline,
                 x.request_hash, x.by, x.fill)

}  // namespace headroom::actors
