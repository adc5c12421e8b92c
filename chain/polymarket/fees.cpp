#include "chain/polymarket/fees.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

using big = boost::multiprecision::checked_uint512_t;

constexpr std::int64_t fee_step = 10;  // 5 decimals, in micro-USDC
constexpr std::uint32_t max_exponent = 4;

big power(const big& base, std::uint32_t exponent) {
  big out = 1;
  for (std::uint32_t i = 0; i < exponent; ++i) out *= base;
  return out;
}

std::optional<usdc> of_steps(const big& steps) {
  const big micro = steps * fee_step;
  if (micro > INT64_MAX) return std::nullopt;
  return usdc{static_cast<std::int64_t>(micro)};
}

/// numerator / denominator micro-USDC, up to 5 decimals.
std::optional<usdc> rounded_up(const big& numerator, const big& denominator) {
  const big scaled = denominator * fee_step;
  return of_steps((numerator + scaled - 1) / scaled);
}

/// The same, cut at 5 decimals.
std::optional<usdc> rounded_down(const big& numerator, const big& denominator) {
  return of_steps(numerator / (denominator * fee_step));
}

bool is_usable(const fee_schedule& f) {
  return f.rate_micro >= 0 && f.rate_micro <= micro_per_usdc && f.exponent >= 1 &&
         f.exponent <= max_exponent;
}

bool is_share_of_one(usdc price) { return price.micro >= 0 && price.micro <= micro_per_usdc; }

/// shares * rate * (p * (1-p))^e, over fee_denominator.
big fee_numerator(share_amount shares, std::int64_t price, const fee_schedule& f) {
  return big{shares.micro} * f.rate_micro *
         power(big{price} * (micro_per_usdc - price), f.exponent);
}
big fee_denominator(const fee_schedule& f) {
  const big unit{micro_per_usdc};
  return unit * power(unit, 2 * f.exponent);
}

/// p^(e-1) * (1-p)^e in micro-units: the fee per dollar spent, apart from the rate.
big weight(std::int64_t price, std::uint32_t exponent) {
  return power(big{price}, exponent - 1) * power(big{micro_per_usdc - price}, exponent);
}

}  // namespace

std::optional<fee_schedule> read_fee_schedule(const nlohmann::json* fd) {
  if (!fd || fd->is_null()) return fee_schedule{};
  if (!fd->is_object()) return std::nullopt;
  const auto* rate = net::member(*fd, "r");
  const auto* exponent = net::member(*fd, "e");
  if (!rate || rate->is_null()) return fee_schedule{};
  if (rate->is_number() && rate->get<double>() == 0) return fee_schedule{};
  if (!rate->is_number() || !exponent || !exponent->is_number()) return std::nullopt;
  const double micro = rate->get<double>() * static_cast<double>(micro_per_usdc);
  const double e = exponent->get<double>();
  if (!(micro >= 0) || micro > static_cast<double>(micro_per_usdc) ||
      std::abs(micro - std::round(micro)) > 1e-6)
    return std::nullopt;
  if (!(e >= 1) || e > max_exponent || e != std::floor(e)) return std::nullopt;
  return fee_schedule{std::llround(micro), static_cast<std::uint32_t>(e)};
}

std::optional<usdc> fee_for(share_amount shares, usdc price, const fee_schedule& f) {
  if (!is_usable(f) || shares.micro < 0 || !is_share_of_one(price)) return std::nullopt;
  return rounded_down(fee_numerator(shares, price.micro, f), fee_denominator(f));
}

std::optional<usdc> worst_sell_fee(share_amount shares, usdc floor, const fee_schedule& f) {
  if (!is_usable(f) || shares.micro < 0 || !is_share_of_one(floor)) return std::nullopt;
  constexpr auto half = micro_per_usdc / 2;  // p * (1 - p) rises up to it and falls after it
  const auto worst = std::max(floor.micro, half);
  return rounded_up(fee_numerator(shares, worst, f), fee_denominator(f));
}

std::optional<usdc> worst_fee(usdc spend, usdc cap, usdc tick, const fee_schedule& f) {
  if (!is_usable(f) || spend.micro < 0 || tick.micro <= 0 || cap.micro < tick.micro ||
      cap.micro > micro_per_usdc)
    return std::nullopt;
  // shares = spend / p, so fee = spend * rate * p^(e-1) * (1-p)^e, which rises up to
  // p = (e-1)/(2e-1) and falls after it.
  const auto e = static_cast<std::int64_t>(f.exponent);
  const auto peak = micro_per_usdc * (e - 1) / (2 * e - 1);
  const auto at = [&](std::int64_t price) {
    return weight(std::clamp(price, tick.micro, cap.micro), f.exponent);
  };
  const big unit{micro_per_usdc};
  const big numerator = big{spend.micro} * f.rate_micro * std::max(at(peak), at(peak + 1));
  return rounded_up(numerator, unit * power(unit, 2 * f.exponent - 1));
}

usdc largest_spend(usdc budget, usdc cap, usdc tick, const fee_schedule& f) {
  constexpr std::int64_t cent = 10'000;
  const auto fits = [&](std::int64_t cents) {
    const auto fee = worst_fee(usdc{cents * cent}, cap, tick, f);
    return fee && fee->micro <= budget.micro - cents * cent;
  };
  std::int64_t low = 0;  // fits, or nothing does
  std::int64_t high = std::max<std::int64_t>(budget.micro, 0) / cent;
  while (low < high) {  // the total grows with the spend: bisect
    const auto middle = low + (high - low + 1) / 2;
    if (fits(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return usdc{low * cent};
}

}  // namespace headroom::chain::polymarket
