#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/uint128.hpp"

namespace headroom {

/// An amount of USDC (or USDT0, credited 1:1) in micro-units: 1 USDC = 1'000'000. Signed, so that a
/// difference has a type too; balances are kept >= 0 by their owners. No arithmetic operators:
/// `add` and `sub` say when the result does not fit.
struct usdc {
  std::int64_t micro = 0;

  friend constexpr auto operator<=>(const usdc&, const usdc&) = default;
  [[nodiscard]] constexpr bool is_zero() const noexcept { return micro == 0; }
  [[nodiscard]] constexpr bool is_positive() const noexcept { return micro > 0; }
};

inline constexpr std::int64_t micro_per_usdc = 1'000'000;

constexpr usdc operator""_usdc(unsigned long long whole) {
  return {static_cast<std::int64_t>(whole) * micro_per_usdc};
}
constexpr usdc operator""_micro(unsigned long long micro) {
  return {static_cast<std::int64_t>(micro)};
}

/// a + b, or nothing on overflow.
[[nodiscard]] constexpr std::optional<usdc> add(usdc a, usdc b) noexcept {
  std::int64_t out = 0;
  if (__builtin_add_overflow(a.micro, b.micro, &out)) return std::nullopt;
  return usdc{out};
}
/// a - b, or nothing on overflow. May be negative.
[[nodiscard]] constexpr std::optional<usdc> sub(usdc a, usdc b) noexcept {
  std::int64_t out = 0;
  if (__builtin_sub_overflow(a.micro, b.micro, &out)) return std::nullopt;
  return usdc{out};
}
/// a + b where both are known to be books of ours (their sum is bounded by the money that exists);
/// saturates instead of wrapping, so that even a broken book cannot turn a debt into a fortune.
[[nodiscard]] constexpr usdc add_saturating(usdc a, usdc b) noexcept {
  if (const auto sum = add(a, b)) return *sum;
  return {b.micro > 0 ? INT64_MAX : INT64_MIN};
}
[[nodiscard]] constexpr usdc sub_saturating(usdc a, usdc b) noexcept {
  if (const auto difference = sub(a, b)) return *difference;
  return {b.micro < 0 ? INT64_MAX : INT64_MIN};
}

/// a * b / c towards zero, through 128 bits; nothing when c is zero or the result does not fit.
/// For non-negative operands.
[[nodiscard]] constexpr std::optional<std::int64_t> mul_div_floor(std::int64_t a, std::int64_t b,
                                                                  std::int64_t c) noexcept {
  if (c <= 0 || a < 0 || b < 0) return std::nullopt;
  const auto out = static_cast<uint128>(a) * static_cast<uint128>(b) / static_cast<uint128>(c);
  if (out > static_cast<uint128>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(out);
}
/// As mul_div_floor, away from zero.
[[nodiscard]] constexpr std::optional<std::int64_t> mul_div_ceil(std::int64_t a, std::int64_t b,
                                                                 std::int64_t c) noexcept {
  if (c <= 0 || a < 0 || b < 0) return std::nullopt;
  const auto divisor = static_cast<uint128>(c);
  const auto out = (static_cast<uint128>(a) * static_cast<uint128>(b) + divisor - 1) / divisor;
  if (out > static_cast<uint128>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(out);
}

/// Reads the wire form: digits, optionally a point and one to six digits ("25.37"). No sign, no
/// exponent, no leading zero, no blank. Nothing on anything else or on overflow.
[[nodiscard]] std::optional<usdc> parse_usdc(std::string_view text) noexcept;
/// The wire form: no trailing zeros beyond two decimals ("25.37", "25.00", "0.000001").
[[nodiscard]] std::string to_string(usdc amount);
/// The same, behind what stands in `out`.
void append_amount(std::string& out, usdc amount);
/// Exactly two decimals, rounded towards zero: "never promise more than there is".
[[nodiscard]] std::string to_cents_floor(usdc amount);
/// Exactly two decimals, rounded away from zero.
[[nodiscard]] std::string to_cents_ceil(usdc amount);

}  // namespace headroom
