#include <gtest/gtest.h>

#include "chain/polymarket/credentials.hpp"
#include "chain/polymarket/order.hpp"
#include "tests/chain/polymarket/polymarket_orders.hpp"

namespace headroom::chain::polymarket {
namespace {

using test::json;

TEST(Order, IsHashedSignedAndPostedAsTheOfficialClientDoes) {
  std::map<signature_kind, int> kinds;
  for (const auto& v : test::our_orders()) {
    const auto o = test::signed_of(v);
    EXPECT_EQ(o.hash, test::hash_of(v.at("order_hash"))) << v.at("id");
    EXPECT_EQ(signing_digest(o.body, o.exchange), test::hash_of(v.at("signing_digest")))
        << v.at("id");
    EXPECT_EQ(to_0x(wire_signature(o)), v.at("signature").get<std::string>()) << v.at("id");
    const auto raw = v.at("post").at("body_raw").get<std::string>();
    const auto owner = json::parse(raw).at("owner").get<std::string>();
    EXPECT_EQ(post_body(o, owner), raw) << v.at("id");
    EXPECT_EQ(o.account, test::account_of(v.at("post").at("headers").at("POLY_ADDRESS")));
    ++kinds[o.body.signature_type];
  }
  using enum signature_kind;
  EXPECT_EQ(kinds,
            (std::map<signature_kind, int>{{key, 4}, {proxy, 1}, {safe, 1}, {deposit_wallet, 1}}));
}

/// ERC-7739: the key signs in the wallet's name, and everything that proves it stands behind.
TEST(Order, ADepositWalletsSignatureHasThreeHundredAndSeventeenBytes) {
  const auto v = test::our_orders().back();
  ASSERT_EQ(v.at("id"), "v2-depositwallet-market-buy-fok");
  const auto o = test::signed_of(v);
  const auto& parts = v.at("erc7739");
  EXPECT_EQ(o.signature.hex(), parts.at("inner_signature").get<std::string>());
  auto expected = test::bytes_of(parts.at("inner_signature"));
  for (const auto* part : {"app_domain_separator", "contents_hash", "contents_type_hex"}) {
    const auto more = test::bytes_of(parts.at(part));
    expected.insert(expected.end(), more.begin(), more.end());
  }
  expected.insert(expected.end(), {0x00, 0xba});
  EXPECT_EQ(wire_signature(o), expected);
  EXPECT_EQ(expected.size(), 317U);
  EXPECT_NE(signing_digest(o.body, o.exchange), o.hash) << "the id is the plain hash all the same";
}

TEST(Order, UnifiedClientsOrdersRecoverUnderOurDigest) {
  std::map<std::string, int> checked;
  const auto& recorded = test::load("polymarket-orders.json").at("unified_sdk_recorded");
  const auto owner = test::key_of(test::our_orders()[0].at("private_key")).address_of();
  for (const auto& r : recorded.at("records")) {
    auto m = json::parse(r.at("body_raw").get<std::string>()).at("order");
    const auto signature = test::bytes_of(m.at("signature"));
    m["salt"] = std::to_string(m.at("salt").get<std::uint64_t>());
    m["side"] = m.at("side") == "BUY" ? 0 : 1;
    signed_order o{test::order_of(m), polygon_exchange(false), {}, {}, {}, {}, {}, {}};
    EXPECT_EQ(hash_of(o.body, o.exchange), test::hash_of(r.at("order_hash")));
    std::copy_n(signature.begin(), signature65::size, o.signature.bytes.begin());
    EXPECT_EQ(recover(signing_digest(o.body, o.exchange), o.signature.view()).signer, owner);
    EXPECT_EQ(wire_signature(o), signature);
    ++checked[r.at("wallet_kind")];
  }
  EXPECT_EQ(checked, (std::map<std::string, int>{{"deposit", 3}, {"eoa", 3}}));
}

TEST(Auth, L1HeadersAreTheOfficialOnes) {
  const auto all = test::load("polymarket-auth.json");
  const auto key = test::key_of(all.at("private_key"));
  for (const auto& v : all.at("l1")) {
    const std::uint64_t chain = v.at("domain").at("chainId");
    const auto time = test::number_of(v.at("message").at("timestamp"));
    const std::uint64_t nonce = v.at("message").at("nonce");
    EXPECT_EQ(l1_digest(chain, key.address_of(), time, nonce), test::hash_of(v.at("digest")));
    for (const auto& [name, value] : l1_headers(key, chain, time, nonce))
      EXPECT_EQ(value, v.at("headers").at(name).get<std::string>()) << name;
  }
}

TEST(Auth, L2HeadersAreTheOfficialOnes) {
  const auto all = test::load("polymarket-auth.json");
  const auto account = test::account_of(all.at("address"));
  for (const auto& v : all.at("l2")) {
    const auto& c = v.at("credentials");
    const api_credentials credentials{c.at("key"), c.at("secret"), c.at("passphrase")};
    const auto body = v.at("body").is_null() ? "" : v.at("body").get<std::string>();
    const auto made =
        l2_headers(credentials, account, v.at("timestamp"), v.at("method").get<std::string>(),
                   v.at("requestPath").get<std::string>(), body);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size(), 5U);
    for (const auto& [name, value] : *made)
      EXPECT_EQ(value, v.at("headers").at(name).get<std::string>()) << v.at("note") << name;
  }
}

TEST(Auth, RecordedRequestsCarryTheSameHmac) {
  const auto all = test::load("polymarket-auth.json");
  const auto secret = all.at("l2")[0].at("credentials").at("secret").get<std::string>();
  std::size_t checked = 0;
  for (const auto& r : all.at("recorded_requests")) {
    if (!r.at("headers").contains("poly_passphrase")) continue;
    const auto target = r.at("url").get<std::string>();
    const auto body = r.at("body").is_null() ? "" : r.at("body").get<std::string>();
    EXPECT_EQ(
        l2_signature(secret, test::number_of(r.at("headers").at("poly_timestamp")),
                     r.at("method").get<std::string>(), target.substr(0, target.find('?')), body),
        r.at("headers").at("poly_signature").get<std::string>())
        << r.at("call");
    ++checked;
  }
  EXPECT_GE(checked, 9U);
}

TEST(Auth, PostedOrdersCarryTheSameHmac) {
  const auto secret = test::load("polymarket-auth.json").at("l2")[0].at("credentials").at("secret");
  for (const auto& v : test::our_orders()) {
    const auto& post = v.at("post");
    EXPECT_EQ(l2_signature(secret.get<std::string>(),
                           test::number_of(post.at("headers").at("POLY_TIMESTAMP")), "POST",
                           "/order", post.at("body_raw").get<std::string>()),
              post.at("headers").at("POLY_SIGNATURE").get<std::string>());
  }
}

TEST(Auth, RefusesWhatIsNoSecret) {
  EXPECT_FALSE(l2_signature("", 1, "GET", "/", ""));
  EXPECT_FALSE(l2_signature("not base64!", 1, "GET", "/", ""));
  EXPECT_TRUE(read_credentials(R"({"apiKey":"k","secret":"c2VjcmV0","passphrase":"p"})"));
  for (const auto* body : {"", "null", "{}", "<html>", R"({"apiKey":"k","secret":"c2VjcmV0"})",
                           R"({"apiKey":"","secret":"c2VjcmV0","passphrase":"p"})",
                           R"({"apiKey":"k","secret":"!","passphrase":"p"})",
                           R"({"apiKey":1,"secret":"c2VjcmV0","passphrase":"p"})"})
    EXPECT_FALSE(read_credentials(body)) << body;
}

}  // namespace
}  // namespace headroom::chain::polymarket
