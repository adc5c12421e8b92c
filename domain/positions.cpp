#include "domain/positions.hpp"

#include "domain/uint128.hpp"

namespace headroom {
std::string_view to_string(sale_status s) noexcept {
  switch (s) {
    case sale_status::placing: return "placing";
    case sale_status::sold: return "sold";
    case sale_status::failed: return "failed";
  }
  return "unknown";
}

std::optional<sale_status> parse_sale_status(std::string_view text) noexcept {
  for (const auto s : {sale_status::placing, sale_status::sold, sale_status::failed})
    if (to_string(s) == text) return s;
  return std::nullopt;
}

std::string_view to_string(settlement_status s) noexcept {
  return s == settlement_status::open ? "open" : "closed";
}

usdc cost_of_sold(usdc cost, share_amount sold, share_amount held) noexcept {
  if (held.micro <= 0 || sold.micro <= 0 || cost.micro <= 0) return {};
  if (sold.micro >= held.micro) return cost;
  return {mul_div_floor(cost.micro, sold.micro, held.micro).value_or(0)};
}

bool is_valid(const payout_vector& v) noexcept {
  if (v.numerators.size() < 2 || v.denominator == 0) return false;
  uint128 sum = 0;
  for (const auto n : v.numerators) sum += n;
  return sum == v.denominator;
}

std::optional<usdc> payout_of(share_amount shares, std::size_t slot,
                              const payout_vector& v) noexcept {
  if (!is_valid(v) || slot >= v.numerators.size() || shares.micro < 0) return std::nullopt;
  // At most one dollar a share, so the quotient fits whatever the factors are.
  auto product = static_cast<uint128>(shares.micro) * v.numerators[slot];
#ifdef HEADROOM_PLANTED_PAYOUT_ROUNDED_UP  // for tests/payout alone, which must notice
  product += v.denominator - 1;
#endif
  return usdc{static_cast<std::int64_t>(product / v.denominator)};
}

settlement_result result_of(std::size_t slot, const payout_vector& v) noexcept {
  if (!is_valid(v) || slot >= v.numerators.size()) return settlement_result::none;
  const auto n = v.numerators[slot];
  if (n == 0) return settlement_result::lost;
  return n == v.denominator ? settlement_result::won : settlement_result::split;
}

}  // namespace headroom
