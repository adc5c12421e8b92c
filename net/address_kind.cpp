#include "net/address_kind.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace headroom::net {
namespace {

struct v4_range {
  std::array<std::uint8_t, 4> first;
  unsigned bits;
  address_kind kind;
};
constexpr auto closed = address_kind::closed;

/// IANA's IPv4 special-purpose registry.
constexpr v4_range v4_ranges[] = {
    {{0, 0, 0, 0}, 8, closed},                    // this network; 0.0.0.0 reaches loopback
    {{10, 0, 0, 0}, 8, closed},                   // RFC 1918
    {{100, 64, 0, 0}, 10, closed},                // shared by carriers' NAT, RFC 6598
    {{127, 0, 0, 0}, 8, address_kind::loopback},  //
    {{169, 254, 0, 0}, 16, closed},               // link-local; clouds' metadata
    {{172, 16, 0, 0}, 12, closed},                // RFC 1918
    {{192, 0, 0, 0}, 24, closed},                 // protocol assignments
    {{192, 0, 2, 0}, 24, closed},                 // documentation
    {{192, 88, 99, 0}, 24, closed},               // 6to4 relays, deprecated
    {{192, 168, 0, 0}, 16, closed},               // RFC 1918
    {{198, 18, 0, 0}, 15, closed},                // benchmarks
    {{198, 51, 100, 0}, 24, closed},              // documentation
    {{203, 0, 113, 0}, 24, closed},               // documentation
    {{224, 0, 0, 0}, 4, closed},                  // multicast
    {{240, 0, 0, 0}, 4, closed},                  // reserved, and broadcast
};

struct v6_range {
  std::array<std::uint8_t, 16> first;
  unsigned bits;
};

/// Of 2000::/3, the only part of IPv6 that is given out, what is no stranger's host.
constexpr v6_range v6_ranges[] = {
    {{0x20, 0x01}, 23},              // protocol assignments: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: any IPv4 address inside
    {{0x3f, 0xff}, 20},              // documentation, RFC 9637
};

bool starts_with(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> first,
                 unsigned bits) noexcept {
  const std::size_t whole = bits / 8;
  if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(whole), bytes.begin()))
    return false;
  const auto rest = bits % 8;
  if (rest == 0) return true;
  return ((bytes[whole] ^ first[whole]) >> (8 - rest)) == 0;
}

address_kind kind_of_v4(std::span<const std::uint8_t> bytes) noexcept {
  for (const auto& r : v4_ranges)
    if (starts_with(bytes, r.first, r.bits)) return r.kind;
  return address_kind::open;
}

address_kind kind_of_v6(std::span<const std::uint8_t> bytes) noexcept {
  constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 16> given_out{0x20};
  if (std::equal(one.begin(), one.end(), bytes.begin())) return address_kind::loopback;
  if (starts_with(bytes, mapped, 96)) return kind_of_v4(bytes.subspan(12));
  if (!starts_with(bytes, given_out, 3)) return closed;  // ::, ULA, link-local, multicast, NAT64
  const bool special = std::any_of(std::begin(v6_ranges), std::end(v6_ranges), [&](const auto& r) {
    return starts_with(bytes, r.first, r.bits);
  });
  return special ? closed : address_kind::open;
}

}  // namespace

address_kind kind_of_address(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() == 4) return kind_of_v4(bytes);
  return bytes.size() == 16 ? kind_of_v6(bytes) : closed;
}

}  // namespace headroom::net
