#include "net/address_kind.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>

namespace headroom::test {
namespace {

using net::address_kind;

address_kind kind(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return net::kind_of_address(std::span{bytes}.first(4));
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), bytes.data()), 1) << text;
  return net::kind_of_address(bytes);
}

TEST(AddressKind, OfIPv4BothEndsOfEveryRange) {
  for (const auto* closed :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",
        "100.64.0.0",      "100.127.255.255", "169.254.0.0",     "169.254.169.254",
        "169.254.255.255", "172.16.0.0",      "172.31.255.255",  "192.0.0.0",
        "192.0.0.170",     "192.0.2.1",       "192.88.99.1",     "192.168.0.0",
        "192.168.255.255", "198.18.0.0",      "198.19.255.255",  "198.51.100.7",
        "203.0.113.7",     "224.0.0.0",       "239.255.255.255", "240.0.0.0",
        "255.255.255.255"})
    EXPECT_EQ(kind(closed), address_kind::closed) << closed;
  for (const auto* open :
       {"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"})
    EXPECT_EQ(kind(open), address_kind::open) << open;
  for (const auto* own : {"127.0.0.0", "127.0.0.1", "127.255.255.255"})
    EXPECT_EQ(kind(own), address_kind::loopback) << own;
}

TEST(AddressKind, OfIPv6WhatIsGivenOutIsOpen) {
  for (const auto* open : {"2606:4700::1111", "2001:200::1", "2a00:1450:4001:80b::200e", "3ffe::1"})
    EXPECT_EQ(kind(open), address_kind::open) << open;
  EXPECT_EQ(kind("::1"), address_kind::loopback);
  for (const auto* closed :
       {"::", "::2", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1",
        "2001::1", "2001:2::1", "2001:db8::1", "2001:1ff::1", "2002:7f00:1::1", "3fff::1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "4000::1", "::7f00:1"})
    EXPECT_EQ(kind(closed), address_kind::closed) << closed;
}

TEST(AddressKind, AMappedOneIsJudgedAsTheIPv4ThatItIs) {
  EXPECT_EQ(kind("::ffff:8.8.8.8"), address_kind::open);
  EXPECT_EQ(kind("::ffff:127.0.0.1"), address_kind::loopback);
  EXPECT_EQ(kind("::ffff:10.0.0.1"), address_kind::closed);
  EXPECT_EQ(kind("::ffff:169.254.169.254"), address_kind::closed);
}

TEST(AddressKind, WhatIsNoAddressIsClosed) {
  EXPECT_EQ(net::kind_of_address({}), address_kind::closed);
  EXPECT_EQ(net::kind_of_address(std::array<std::uint8_t, 5>{8, 8, 8, 8, 8}), address_kind::closed);
}

}  // namespace
}  // namespace headroom::test
