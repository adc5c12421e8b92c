#include "webhooks/receiver_url.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

using webhooks::why_not;

TEST(ReceiverUrl, InProductionItIsHttpsToAnOpenAddressOrAName) {
  for (const auto* good :
       {"https://example.com/hooks", "https://example.com:8443/a?b=c", "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/x", "https://xn--bcher-kva.example/"})
    EXPECT_EQ(why_not(good, false), "") << good;
  EXPECT_EQ(why_not("http://example.com/", false), "must be https");
}

TEST(ReceiverUrl, NoPrivateAddressInAnyDisguise) {
  for (const auto* bad :
       {"https://127.0.0.1/", "https://localhost/", "https://LOCALHOST./", "https://a.localhost/",
        "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/",
        "https://169.254.169.254/", "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/",
        "https://[::1]/", "https://[::]/", "https://[fe80::1]/", "https://[fc00::1]/",
        "https://[::ffff:10.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[ff02::1]/",
        "https://[64:ff9b::a00:1]/"})
    EXPECT_EQ(why_not(bad, false), "must not lead to a private address") << bad;
  for (const auto* odd : {"https://2130706433/", "https://0x7f.1/", "https://127.1/",
                          "https://0177.0.0.1/", "https://a.0x7f/", "https://%31%32%37.0.0.1/"})
    EXPECT_EQ(why_not(odd, false), "must name a host, or an address in full") << odd;
}

TEST(ReceiverUrl, WhatIsNoUrlIsRefused) {
  for (const auto* bad :
       {"", "example.com", "ftp://example.com/", "https://", "https://u:p@example.com/",
        "https://example.com/#a", "https://example.com:99999/", "file:///etc/passwd"})
    EXPECT_EQ(why_not(bad, true), "must be an absolute URL without user and fragment") << bad;
  EXPECT_NE(why_not("https://example.com/" + std::string(2'000, 'a'), false), "");
}

TEST(ReceiverUrl, TheSandboxTakesLoopbackAndNothingElsePrivate) {
  for (const auto* good : {"http://127.0.0.1:9/x", "http://[::1]:9/", "http://localhost:9/"})
    EXPECT_EQ(why_not(good, true), "") << good;
  EXPECT_EQ(why_not("http://10.0.0.1/", true), "must not lead to a private address");
  EXPECT_EQ(why_not("http://169.254.169.254/", true), "must not lead to a private address");
  EXPECT_EQ(why_not("http://example.com/", true), "must be https");
}

}  // namespace
}  // namespace headroom::test
