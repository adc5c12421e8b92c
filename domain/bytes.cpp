#include "domain/bytes.hpp"

#include <algorithm>
#include <array>

namespace headroom {
namespace {

int nibble(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view without_0x(std::string_view text) noexcept {
  return text.starts_with("0x") ? text.substr(2) : text;
}

}  // namespace

std::string to_hex(byte_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  auto at = out.begin();
  for (const auto b : bytes) {
    *at++ = digits[b >> 4];
    *at++ = digits[b & 15];
  }
  return out;
}

std::string to_0x(byte_view bytes) { return "0x" + to_hex(bytes); }

bool from_hex_exact(std::string_view text, std::span<std::uint8_t> out) {
  text = without_0x(text);
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

std::optional<byte_vector> from_hex(std::string_view text) {
  text = without_0x(text);
  if (text.size() % 2 != 0) return std::nullopt;
  byte_vector out(text.size() / 2);
  if (!from_hex_exact(text, out)) return std::nullopt;
  return out;
}

uint256 uint256::of(uint128 value) noexcept {
  uint256 out;
  for (std::size_t i = 0; i < 16; ++i)
    out.bytes[31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

std::optional<uint256> uint256::parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 78 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint256 out;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    unsigned carry = static_cast<unsigned>(c - '0');
    for (std::size_t i = 32; i-- > 0;) {  // out = out * 10 + digit
      carry += out.bytes[i] * 10U;
      out.bytes[i] = static_cast<std::uint8_t>(carry & 0xffU);
      carry >>= 8;
    }
    if (carry != 0) return std::nullopt;  // 2^256 or more
  }
  return out;
}

std::string uint256::decimal() const {
  constexpr std::uint64_t nine_digits = 1'000'000'000;
  std::array<std::uint32_t, 8> rest{};  // the most significant first
  for (std::size_t i = 0; i < bytes.size(); ++i) rest[i / 4] = rest[i / 4] << 8 | bytes[i];
  const auto is_zero = [&] {
    return std::all_of(rest.begin(), rest.end(), [](std::uint32_t x) { return x == 0; });
  };
  std::string out;  // the last digit first
  do {
    std::uint64_t remainder = 0;
    for (auto& limb : rest) {  // rest, remainder = divmod(rest, 10^9)
      const std::uint64_t x = remainder << 32 | limb;
      limb = static_cast<std::uint32_t>(x / nine_digits);
      remainder = x % nine_digits;
    }
    const bool last = is_zero();
    for (int digit = 0; digit < 9 && !(last && remainder == 0 && digit > 0); ++digit) {
      out.push_back(static_cast<char>('0' + remainder % 10));
      remainder /= 10;
    }
  } while (!is_zero());
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<std::uint64_t> uint256::to_u64() const noexcept {
  const auto wide = to_u128();
  if (!wide || *wide > UINT64_MAX) return std::nullopt;
  return static_cast<std::uint64_t>(*wide);
}

std::optional<uint128> uint256::to_u128() const noexcept {
  if (!std::all_of(bytes.begin(), bytes.begin() + 16, [](std::uint8_t b) { return b == 0; }))
    return std::nullopt;
  uint128 out = 0;
  for (std::size_t i = 16; i < 32; ++i) out = (out << 8) | bytes[i];
  return out;
}

}  // namespace headroom
