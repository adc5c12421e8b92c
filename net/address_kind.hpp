#pragma once

#include <cstdint>
#include <span>

namespace headroom::net {

/// Where an IP address leads, as far as whoever connects to strangers' names must know.
enum class address_kind : std::uint8_t {
  open = 0,      // of the Internet, as far as anybody has said
  loopback = 1,  // this machine
  closed = 2,    // private, shared, link-local, multicast, unspecified, reserved, or unreadable
};

/// @param bytes  4 of IPv4 or 16 of IPv6, in network order. By the IANA registries of special
///               addresses (RFC 6890 and its updates). What carries an IPv4 address inside (mapped,
///               compatible, 6to4, NAT64, Teredo) is judged by none of its disguises: mapped is
///               judged as the IPv4 address that a socket would take it for, the others are closed.
[[nodiscard]] address_kind kind_of_address(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace headroom::net
