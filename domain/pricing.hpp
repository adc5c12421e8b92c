#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "domain/money.hpp"

/// What a deposit costs its payer: its token is credited at a rate, one to one by default, less a
/// fee.
namespace headroom {

inline constexpr std::uint32_t one_to_one_bps = 10'000;

struct deposit_pricing {
  std::uint32_t fee_bps = 0;  // of the amount
  usdc fee_min{};
  usdc fee_max{};                           // zero: no bound
  std::uint32_t rate_bps = one_to_one_bps;  // what a dollar's worth of the token is taken for

  friend bool operator==(const deposit_pricing&, const deposit_pricing&) = default;
};

inline constexpr std::uint32_t most_fee_bps = 10'000;

/// What of the amount its payer does not get: what the rate leaves out, and the fee. Each is
/// rounded up to a whole micro-USDC, so that what is credited is rounded down and never exceeds
/// what was paid for; the bounds are the fee's alone. One micro-USDC at least is credited of
/// whatever is paid.
[[nodiscard]] constexpr usdc fee_of(const deposit_pricing& p, usdc amount) noexcept {
  if (!amount.is_positive()) return {};
  const auto share = mul_div_ceil(amount.micro, std::min(p.fee_bps, most_fee_bps), most_fee_bps);
  auto fee = std::max(usdc{share.value_or(0)}, p.fee_min);
  if (p.fee_max.is_positive()) fee = std::min(fee, p.fee_max);
  const auto below = one_to_one_bps - std::min(p.rate_bps, one_to_one_bps);
  const usdc cut{mul_div_ceil(amount.micro, below, one_to_one_bps).value_or(0)};
  return std::clamp(add_saturating(fee, cut), usdc{}, usdc{amount.micro - 1});
}

/// Of one, in decimals: "1", "0.9985".
[[nodiscard]] inline std::string rate_text(const deposit_pricing& p) {
  if (p.rate_bps >= one_to_one_bps) return "1";
  auto digits = std::to_string(one_to_one_bps + p.rate_bps).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return "0." + (digits.empty() ? "0" : digits);
}

/// What the payer may bet of it.
[[nodiscard]] constexpr usdc credited_of(const deposit_pricing& p, usdc amount) noexcept {
  return sub_saturating(amount, fee_of(p, amount));
}

}  // namespace headroom
