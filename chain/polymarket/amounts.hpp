#pragma once

#include <optional>

#include "domain/money.hpp"
#include "domain/records.hpp"

/// What an order may say, in integers: the venue's rounding rules (clob-client-v2's results without
/// its floats). Everything rounds down, so that the price which the amounts imply never misses the
/// best offer by a hair: a BUY's cap never slips below the best ask, a SELL's floor never above the
/// best bid (facts/polymarket.md 2.5). On the other side it gives way by less than the finest tick,
/// 0.0001: no offer lies between.
namespace headroom::chain::polymarket {

/// Decimals that a market's tick allows. Ticks are data of the market, read live.
struct rounding {
  usdc tick;
  int price_decimals = 2;
  int size_decimals = 2;
  int amount_decimals = 4;
};
/// Nothing for a tick outside (0, 1) or with more than four decimals.
[[nodiscard]] std::optional<rounding> rounding_of(usdc tick);

enum class price_check : std::uint8_t { ok = 0, off_tick = 1, out_of_bounds = 2 };
/// Multiples of the tick in [tick, 1 - tick].
[[nodiscard]] price_check check_price(usdc price, const rounding& r);

/// Micro-units. A BUY pays `maker` pUSD for `taker` shares; a SELL gives `maker` shares for
/// `taker`.
struct order_amounts {
  std::int64_t maker = 0;
  std::int64_t taker = 0;
  friend bool operator==(const order_amounts&, const order_amounts&) = default;
};
// Nothing when the price is not in (0, 1], an amount is not positive or a result would be zero.
[[nodiscard]] std::optional<order_amounts> limit_buy(share_amount size, usdc price,
                                                     const rounding& r);
[[nodiscard]] std::optional<order_amounts> limit_sell(share_amount size, usdc price,
                                                      const rounding& r);
/// As the official client: taker accuracy follows the tick.
[[nodiscard]] std::optional<order_amounts> market_buy(usdc spend, usdc cap, const rounding& r);
[[nodiscard]] std::optional<order_amounts> market_sell(share_amount size, usdc floor,
                                                       const rounding& r);
/// As the venue takes it (FOK, FAK): taker has 4 decimals, whatever the tick. A tick of ours that
/// is coarser than the market's would cut more away and lift the price above the cap
/// (facts/polymarket.md, change 19). Of a dollar and more the price stays below cap + 0.0001.
[[nodiscard]] std::optional<order_amounts> immediate_buy(usdc spend, usdc cap);
/// Likewise (change 9). Nothing where the cut would reach a finest tick below the floor: of less
/// than one share, at a floor of more than two decimals.
[[nodiscard]] std::optional<order_amounts> immediate_sell(share_amount shares, usdc floor);

}  // namespace headroom::chain::polymarket
