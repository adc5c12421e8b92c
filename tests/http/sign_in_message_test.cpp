#include "http/sign_in_message.hpp"

#include <gtest/gtest.h>

#include "http/problem.hpp"
#include "http/sign_in_nonces.hpp"

namespace headroom::http::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto now = timestamp::of_seconds(1'800'000'000);  // 2027-01-15T08:00:00Z
const own_site site = site_of("https://pay.example.com");
const std::vector<std::uint64_t> chains{137, 9745};

/// As viem's createSiweMessage prints one.
std::string from_viem() {
  return "pay.example.com wants you to sign in with your Ethereum account:\n"
         "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A\n\nSign in to Headroom.\n\n"
         "URI: https://pay.example.com\nVersion: 1\nChain ID: 9745\nNonce: 0123456789abcdef\n"
         "Issued At: 2027-01-15T08:00:00.000Z\nExpiration Time: 2027-01-15T19:06:40.000Z";
}

std::string changed(const std::string& from, const std::string& to) {
  auto out = from_viem();
  const auto at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

/// "" or why it is refused.
std::string refusal_of(const std::string& text, timestamp at = now) {
  try {
    check_sign_in(read_sign_in(text), site, chains, at);
  } catch (const problem& p) {
    EXPECT_EQ(p.field, "message");
    return std::to_string(p.status) + " " + p.detail;
  }
  return "";
}

TEST(SignInMessage, IsReadAsWalletsPrintIt) {
  const auto m = read_sign_in(from_viem());
  EXPECT_EQ(m.scheme, "");
  EXPECT_EQ(m.domain, "pay.example.com");
  EXPECT_EQ(m.account, "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A");
  EXPECT_EQ(m.uri, "https://pay.example.com");
  EXPECT_EQ(m.chain_id, 9745U);
  EXPECT_EQ(m.nonce, "0123456789abcdef");
  EXPECT_EQ(m.issued_at, now);
  EXPECT_EQ(m.expires_at, now.plus(seconds{40'000}));
  EXPECT_FALSE(m.not_before.is_set());
  EXPECT_EQ(refusal_of(from_viem()), "");
}

TEST(SignInMessage, MayHaveASchemeNoStatementAndTheOptionalLines) {
  const std::string text =
      "https://pay.example.com wants you to sign in with your Ethereum account:\n"
      "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A\n\n\nURI: https://pay.example.com/app\n"
      "Version: 1\nChain ID: 137\nNonce: 0123456789abcdef\nIssued At: 2027-01-15T08:00:00.000Z\n"
      "Expiration Time: 2027-01-15T19:06:40.000Z\nNot Before: 2027-01-15T08:00:00.000Z\n"
      "Request ID: r1\nResources:\n- https://a.example/x\n- ipfs://y";
  EXPECT_EQ(read_sign_in(text).scheme, "https");
  EXPECT_EQ(read_sign_in(text).not_before, now);
  EXPECT_EQ(refusal_of(text), "");
}

TEST(SignInMessage, WhateverIsNotTheGrammarIsRefused) {
  for (const auto& text : {
           std::string{},
           std::string{"hello"},
           changed("wants you", "wants me"),
           changed("\n\nSign", "\nSign"),
           changed("Headroom.\n\n", "Headroom.\n"),
           changed("Headroom.", "Headroom.\nMore."),
           changed("Version: 1", "Version: 2"),
           changed("Chain ID: 9745", "Chain ID: 0x2611"),
           changed("Chain ID: 9745", "Chain ID: "),
           changed("Nonce: 0123456789abcdef", "Nonce: 01"),
           changed("Nonce: 0123456789abcdef", "Nonce: 0123-56789"),
           changed("2027-01-15T08:00:00.000Z", "today"),
           changed("\nExpiration Time: 2027-01-15T19:06:40.000Z", ""),
           changed("URI: https://pay.example.com\nVersion: 1", "Version: 1"),
           from_viem() + "\n",
           from_viem() + "\nFoo: bar",
           from_viem() + "\nResources: x",
           changed("Sign in", "Sign\tin"),
           changed("\nURI", "\r\nURI"),
           changed("Sign in", std::string(5'000, 'x')),
       })
    EXPECT_TRUE(refusal_of(text).starts_with("400 ")) << text << "\n" << refusal_of(text);
}

TEST(SignInMessage, IsForThisSiteChainAndMoment) {
  const auto refused = [](const std::string& text, timestamp at = now) {
    return refusal_of(text, at).starts_with("401 ");
  };
  EXPECT_TRUE(refused(changed("pay.example.com wants", "evil.example wants")));
  EXPECT_TRUE(refused(changed("pay.example.com wants", "pay.example.com:8443 wants")));
  EXPECT_TRUE(refused(changed("pay.example.com wants", "http://pay.example.com wants")));
  for (const auto* uri :
       {"https://evil.example", "http://pay.example.com", "https://pay.example.com.evil.example",
        "https://pay.example.com@evil.example", "https://pay.example.com:8443", "pay.example.com",
        "https:///x"})
    EXPECT_TRUE(refused(changed("URI: https://pay.example.com", "URI: " + std::string{uri})))
        << uri;
  EXPECT_TRUE(refused(changed("Chain ID: 9745", "Chain ID: 1")));
  EXPECT_TRUE(refused(from_viem(), now.plus(minutes{5} + seconds{1}))) << "issued too long ago";
  EXPECT_TRUE(refused(from_viem(), now.minus(minutes{5} + seconds{1}))) << "issued in the future";
  EXPECT_EQ(refusal_of(from_viem(), now.plus(minutes{5})), "");
  EXPECT_TRUE(refused(changed("15T19:06:40", "15T08:00:00"))) << "it has expired";
  EXPECT_EQ(refusal_of(changed("15T19:06:40", "16T08:00:00")), "") << "a day";
  EXPECT_TRUE(refused(changed("15T19:06:40", "16T08:00:01")));
  EXPECT_TRUE(refused(from_viem() + "\nNot Before: 2027-01-15T08:00:01Z"));
}

TEST(OwnSite, IsTheOriginThatBrowsersName) {
  EXPECT_EQ(site_of("https://Pay.Example.com:443/app").origin, "https://pay.example.com");
  EXPECT_EQ(site_of("http://127.0.0.1:8080").host, "127.0.0.1:8080");
  EXPECT_FALSE(site_of("http://127.0.0.1:8080").secure);
  EXPECT_TRUE(site.secure);
  EXPECT_EQ(site_of("").origin, "");
}

TEST(SignInNonces, AreOursForAWhileAndForOneBrowser) {
  using verdict = sign_in_nonces::verdict;
  const sign_in_nonces ours;
  const sign_in_nonces theirs;
  const auto nonce = ours.make("cookie-1", now);
  EXPECT_NE(nonce, ours.make("cookie-1", now));
  EXPECT_EQ(ours.check(nonce, "cookie-1", now), verdict::good);
  EXPECT_EQ(ours.check(nonce, std::nullopt, now), verdict::good);
  EXPECT_EQ(ours.check(nonce, "cookie-2", now), verdict::of_another);
  EXPECT_EQ(ours.check(nonce, "cookie-1", now.plus(minutes{10} - seconds{1})), verdict::good);
  EXPECT_EQ(ours.check(nonce, "cookie-1", now.plus(minutes{10})), verdict::too_old);
  EXPECT_EQ(theirs.check(nonce, "cookie-1", now), verdict::not_ours);
  auto forged = nonce;
  forged[0] = forged[0] == 'f' ? 'e' : 'f';
  EXPECT_EQ(ours.check(forged, "cookie-1", now), verdict::not_ours);
  EXPECT_EQ(ours.check("0123456789abcdef", "cookie-1", now), verdict::not_ours);
}

}  // namespace
}  // namespace headroom::http::test
