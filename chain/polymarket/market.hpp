#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chain/polymarket/amounts.hpp"
#include "chain/polymarket/fees.hpp"

namespace headroom::chain::polymarket {

/// What an order has to know of the market it goes to. Read live: ticks and fees may change.
struct market {
  uint256 token;
  std::string condition;  // 0x and 64 hex digits
  rounding ticks;
  bool neg_risk = false;  // chooses the exchange
  bool accepting = true;  // takes orders now
  fee_schedule fees;
};

/// `condition_id` of GET /markets-by-token/{token}.
[[nodiscard]] std::optional<std::string> read_condition(std::string_view body);
/// GET /clob-markets/{condition}; nothing when the token is not one of its outcomes, or when a tick
/// or a fee is not what we can calculate with.
[[nodiscard]] std::optional<market> read_market(std::string_view body, const uint256& token);

/// What a budget can buy at no more than `cap`: whole of it, the worst fee included.
struct priced_buy {
  order_amounts amounts;
  usdc max_fee;
};
/// Nothing when less than the venue's minimum of one dollar is left after the fee.
[[nodiscard]] std::optional<priced_buy> price_buy(usdc budget, usdc cap, const market& m);

}  // namespace headroom::chain::polymarket
