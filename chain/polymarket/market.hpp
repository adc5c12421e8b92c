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

/// An id of a Protocol V2 market: another exchange, another domain. It has 64 reserved zero bits
/// (40 to 103) below a hash, which no hash of a Conditional Tokens position has
/// (facts/polymarket.md 1).
[[nodiscard]] bool is_protocol_v2(const uint256& token) noexcept;

struct priced_order {
  order_amounts amounts;
  usdc max_fee;
};
/// What a budget can buy at no more than `cap`: whole of it, the worst fee included. Nothing when
/// less than the venue's minimum of one dollar is left after the fee.
[[nodiscard]] std::optional<priced_order> price_buy(usdc budget, usdc cap, const market& m);
/// What `shares`, cut at two decimals, bring at no less than `floor`; the fee is taken out of that.
/// Nothing when too little is left for an order: see immediate_sell.
[[nodiscard]] std::optional<priced_order> price_sell(share_amount shares, usdc floor,
                                                     const market& m);

}  // namespace headroom::chain::polymarket
