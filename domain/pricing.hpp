#pragma once

#include <algorithm>
#include <cstdint>

#include "domain/money.hpp"

/// What a deposit costs its payer: its token is credited one to one, less a fee.
namespace headroom {

struct deposit_pricing {
  std::uint32_t fee_bps = 0;  // of the amount
  usdc fee_min{};
  usdc fee_max{};  // zero: no bound

  friend bool operator==(const deposit_pricing&, const deposit_pricing&) = default;
};

inline constexpr std::uint32_t most_fee_bps = 10'000;

/// Rounded up to a whole micro-USDC, so that what is credited is rounded down and never exceeds
/// what was paid for; then into its bounds. One micro-USDC at least is credited of whatever is
/// paid.
[[nodiscard]] constexpr usdc fee_of(const deposit_pricing& p, usdc amount) noexcept {
  if (!amount.is_positive()) return {};
  const auto share = mul_div_ceil(amount.micro, std::min(p.fee_bps, most_fee_bps), most_fee_bps);
  auto fee = std::max(usdc{share.value_or(0)}, p.fee_min);
  if (p.fee_max.is_positive()) fee = std::min(fee, p.fee_max);
  return std::clamp(fee, usdc{}, usdc{amount.micro - 1});
}

/// What the payer may bet of it.
[[nodiscard]] constexpr usdc credited_of(const deposit_pricing& p, usdc amount) noexcept {
  return sub_saturating(amount, fee_of(p, amount));
}

}  // namespace headroom
