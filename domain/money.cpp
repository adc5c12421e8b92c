#include "domain/money.hpp"

#include <charconv>

namespace headroom {
namespace {

std::string cents(std::int64_t cents_total, bool negative) {
  auto out = std::string{negative ? "-" : ""} + std::to_string(cents_total / 100) + ".";
  const auto rest = cents_total % 100;
  if (rest < 10) out += '0';
  return out + std::to_string(rest);
}

std::uint64_t magnitude(usdc amount) noexcept {
  const auto raw = static_cast<std::uint64_t>(amount.micro);
  return amount.micro < 0 ? ~raw + 1 : raw;
}

}  // namespace

std::optional<usdc> parse_usdc(std::string_view text) noexcept {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  auto fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > 13 || (whole.size() > 1 && whole[0] == '0'))
    return std::nullopt;
  if (point != std::string_view::npos && (fraction.empty() || fraction.size() > 6))
    return std::nullopt;
  std::int64_t micro = 0;
  const auto push = [&](char c) {
    if (c < '0' || c > '9') return false;
    return !__builtin_mul_overflow(micro, std::int64_t{10}, &micro) &&
           !__builtin_add_overflow(micro, std::int64_t{c - '0'}, &micro);
  };
  for (const char c : whole)
    if (!push(c)) return std::nullopt;
  for (std::size_t i = 0; i < 6; ++i)
    if (!push(i < fraction.size() ? fraction[i] : '0')) return std::nullopt;
  return usdc{micro};
}

std::string to_string(usdc amount) {
  std::string out;
  append_amount(out, amount);
  return out;
}

void append_amount(std::string& out, usdc amount) {
  constexpr auto unit = static_cast<std::uint64_t>(micro_per_usdc);
  const auto size = magnitude(amount);
  char text[32];
  auto* at = text;
  if (amount.micro < 0) *at++ = '-';
  at = std::to_chars(at, text + sizeof text, size / unit).ptr;
  *at++ = '.';
  auto* const fraction = at;
  auto rest = size % unit;
  for (at += 6; at != fraction; rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  at = fraction + 6;
  while (at > fraction + 2 && at[-1] == '0') --at;
  out.append(text, at);
}

std::string to_cents_floor(usdc amount) {
  return cents(static_cast<std::int64_t>(magnitude(amount) / 10'000), amount.micro < 0);
}

std::string to_cents_ceil(usdc amount) {
  const auto total = magnitude(amount);
  return cents(static_cast<std::int64_t>(total / 10'000 + (total % 10'000 != 0)), amount.micro < 0);
}

}  // namespace headroom
