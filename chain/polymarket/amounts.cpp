#include "chain/polymarket/amounts.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr std::int64_t power_of_ten(int n) {
  std::int64_t out = 1;
  for (int i = 0; i < n; ++i) out *= 10;
  return out;
}

constexpr std::int64_t size_step = power_of_ten(4);  // sizes and dollars: 2 decimals
constexpr int immediate_decimals = 4;                // of a FOK's or FAK's taker amount
constexpr std::int64_t finest_tick = 100;            // 0.0001

/// Rounds micro-units down to `decimals` decimals.
constexpr std::int64_t floor_to(std::int64_t micro, int decimals) {
  return micro - micro % power_of_ten(6 - decimals);
}

bool is_price(usdc p) { return p.micro > 0 && p.micro <= micro_per_usdc; }

std::optional<order_amounts> if_positive(std::int64_t maker, std::int64_t taker) {
  if (maker <= 0 || taker <= 0) return std::nullopt;
  return order_amounts{maker, taker};
}

/// Shares (2 decimals) and what they cost at `price` (amount decimals).
struct lot {
  std::int64_t shares;
  std::int64_t cost;
};
std::optional<lot> lot_of(share_amount size, usdc price, const rounding& r) {
  if (!is_price(price) || size.micro <= 0) return std::nullopt;
  const auto shares = size.micro - size.micro % size_step;
  const auto cost = mul_div_floor(shares, price.micro, micro_per_usdc);
  if (!cost) return std::nullopt;
  return lot{shares, floor_to(*cost, r.amount_decimals)};
}

/// A BUY of `spend` (2 decimals) at `cap`, its shares cut at `taker_decimals`.
std::optional<order_amounts> spend_at(usdc spend, usdc cap, int taker_decimals) {
  if (!is_price(cap) || spend.micro <= 0) return std::nullopt;
  const auto maker = spend.micro - spend.micro % size_step;
  const auto shares = mul_div_floor(maker, micro_per_usdc, cap.micro);
  return shares ? if_positive(maker, floor_to(*shares, taker_decimals)) : std::nullopt;
}

}  // namespace

std::optional<rounding> rounding_of(usdc tick) {
  if (tick.micro <= 0 || tick.micro >= micro_per_usdc) return std::nullopt;
  for (int decimals = 1; decimals <= 4; ++decimals)
    if (tick.micro % power_of_ten(6 - decimals) == 0)
      return rounding{tick, decimals, 2, decimals + 2};
  return std::nullopt;
}

price_check check_price(usdc price, const rounding& r) {
  if (price.micro < r.tick.micro || price.micro > micro_per_usdc - r.tick.micro)
    return price_check::out_of_bounds;
  return price.micro % r.tick.micro == 0 ? price_check::ok : price_check::off_tick;
}

std::optional<order_amounts> limit_buy(share_amount size, usdc price, const rounding& r) {
  const auto l = lot_of(size, price, r);
  return l ? if_positive(l->cost, l->shares) : std::nullopt;
}

std::optional<order_amounts> limit_sell(share_amount size, usdc price, const rounding& r) {
  const auto l = lot_of(size, price, r);
  return l ? if_positive(l->shares, l->cost) : std::nullopt;
}

std::optional<order_amounts> market_buy(usdc spend, usdc cap, const rounding& r) {
  return spend_at(spend, cap, r.amount_decimals);
}

std::optional<order_amounts> immediate_buy(usdc spend, usdc cap) {
  return spend_at(spend, cap, immediate_decimals);
}

std::optional<order_amounts> market_sell(share_amount size, usdc floor, const rounding& r) {
  return limit_sell(size, floor, r);
}

std::optional<order_amounts> immediate_sell(share_amount shares, usdc floor) {
  if (!is_price(floor) || shares.micro <= 0) return std::nullopt;
  const auto maker = shares.micro - shares.micro % size_step;
  const auto exact = mul_div_floor(maker, floor.micro, micro_per_usdc);
  if (!exact) return std::nullopt;
  const auto taker = floor_to(*exact, immediate_decimals);
  // taker / maker > floor - finest tick, or a bid below the floor might be taken.
  const auto next_bid = mul_div_floor(maker, floor.micro - finest_tick, micro_per_usdc);
  if (taker != *exact && next_bid && taker <= *next_bid) return std::nullopt;
  return if_positive(maker, taker);
}

}  // namespace headroom::chain::polymarket
