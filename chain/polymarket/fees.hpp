#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "chain/polymarket/amounts.hpp"

/// Taker fees, charged at match time on top of a BUY's maker amount and out of a SELL's proceeds:
///   fee = shares * rate * (p * (1 - p))^exponent, cut (not rounded) at 5 decimals: 21 of 21 fills
/// of Polygon mainnet (facts/polymarket.md, changes of 2026-11-29, 1). What must be reserved is
/// rounded up.
namespace headroom::chain::polymarket {

struct fee_schedule {
  std::int64_t rate_micro = 0;  // 0.07 is 70'000
  std::uint32_t exponent = 1;
  friend bool operator==(const fee_schedule&, const fee_schedule&) = default;
};
/// `fd` of GET /clob-markets/{condition}: {"r": rate, "e": exponent, "to": taker only}; null,
/// absent or without a rate means no fee, whatever the exponent (facts/polymarket.md, change 20).
/// Nothing for what we cannot bound: a rate outside [0, 1] or with more than six decimals, an
/// exponent that is not a whole number from 1 to 4.
[[nodiscard]] std::optional<fee_schedule> read_fee_schedule(const nlohmann::json* fd);

/// What the exchange charges for `shares` bought or sold at `price`. Nothing when the price is not
/// in [0, 1].
[[nodiscard]] std::optional<usdc> fee_for(share_amount shares, usdc price, const fee_schedule& f);

/// The most a BUY can be charged that spends up to `spend` at any price in [tick, cap]: a better
/// price means more shares, so the cap is not always the worst case.
[[nodiscard]] std::optional<usdc> worst_fee(usdc spend, usdc cap, usdc tick, const fee_schedule& f);

/// The most a SELL of `shares` can be charged at any price from `floor` on.
[[nodiscard]] std::optional<usdc> worst_sell_fee(share_amount shares, usdc floor,
                                                 const fee_schedule& f);

/// The largest spend (2 decimals) with spend + worst_fee(spend) <= budget; zero when there is none.
[[nodiscard]] usdc largest_spend(usdc budget, usdc cap, usdc tick, const fee_schedule& f);

}  // namespace headroom::chain::polymarket
