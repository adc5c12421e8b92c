#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/uint128.hpp"

namespace headroom {

using byte_vector = std::vector<std::uint8_t>;
using byte_view = std::span<const std::uint8_t>;

/// Lower-case hex, no prefix.
[[nodiscard]] std::string to_hex(byte_view bytes);
/// Lower-case hex with "0x".
[[nodiscard]] std::string to_0x(byte_view bytes);
/// Reads hex of any even length, with or without "0x"; nothing on any other character.
[[nodiscard]] std::optional<byte_vector> from_hex(std::string_view text);
/// Reads exactly `out.size()` bytes of hex; false leaves `out` unspecified.
[[nodiscard]] bool from_hex_exact(std::string_view text, std::span<std::uint8_t> out);

/// N bytes with a meaning. `Tag` keeps an order hash from being used as a transaction hash.
template <std::size_t N, class Tag>
struct fixed_bytes {
  std::array<std::uint8_t, N> bytes{};

  static constexpr std::size_t size = N;
  friend auto operator<=>(const fixed_bytes&, const fixed_bytes&) = default;

  [[nodiscard]] bool is_zero() const noexcept { return bytes == std::array<std::uint8_t, N>{}; }
  [[nodiscard]] byte_view view() const noexcept { return bytes; }
  /// "0x" and lower-case hex.
  [[nodiscard]] std::string hex() const { return to_0x(bytes); }
  /// "0x" optional, any case, exactly N bytes. No checksum rule: that is chain/evm/eip55.
  [[nodiscard]] static std::optional<fixed_bytes> parse(std::string_view text) {
    fixed_bytes out;
    if (!from_hex_exact(text, out.bytes)) return std::nullopt;
    return out;
  }
};

/// A 20-byte EVM account; also the identity of a user.
using address = fixed_bytes<20, struct address_tag>;
/// A keccak-256 or other 32-byte digest.
using hash256 = fixed_bytes<32, struct hash_tag>;
/// r || s || v of an ECDSA signature, v as found on the wire.
using signature65 = fixed_bytes<65, struct signature_tag>;

/// An unsigned 256-bit integer as it stands on the wire: 32 bytes, big-endian. For ids and EVM
/// words; arithmetic lives in chain/.
struct uint256 : fixed_bytes<32, struct uint256_tag> {
  [[nodiscard]] static uint256 of(uint128 value) noexcept;
  /// Decimal digits only, no sign, no leading zero (except "0"), below 2^256.
  [[nodiscard]] static std::optional<uint256> parse_decimal(std::string_view text);
  [[nodiscard]] std::string decimal() const;
  /// The value when it fits 64 bits.
  [[nodiscard]] std::optional<std::uint64_t> to_u64() const noexcept;
  [[nodiscard]] std::optional<uint128> to_u128() const noexcept;  // likewise 128
};

}  // namespace headroom

template <std::size_t N, class Tag>
struct std::hash<headroom::fixed_bytes<N, Tag>> {
  std::size_t operator()(const headroom::fixed_bytes<N, Tag>& x) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(x.bytes.data()), x.bytes.size()});
  }
};
template <>
struct std::hash<headroom::uint256>
    : std::hash<headroom::fixed_bytes<32, struct headroom::uint256_tag>> {};
