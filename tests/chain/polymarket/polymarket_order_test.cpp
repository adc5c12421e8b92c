#include <gtest/gtest.h>

#include "chain/polymarket/credentials.hpp"
#include "chain/polymarket/order.hpp"
#include "tests/chain/polymarket/polymarket_orders.hpp"

namespace headroom::chain::polymarket {
namespace {

using test::json;

TEST(Order, IsHashedSignedAndPostedAsTheOfficialClientDoes) {
  ASSERT_EQ(test::our_orders().size(), 4U);
  for (const auto& v : test::our_orders()) {
    const auto o = test::signed_of(v);
    EXPECT_EQ(o.hash, test::hash_of(v.at("order_hash"))) << v.at("id");
    EXPECT_EQ(o.signature.hex(), v.at("signature").get<std::string>()) << v.at("id");
    const auto raw = v.at("post").at("body_raw").get<std::string>();
    const auto owner = json::parse(raw).at("owner").get<std::string>();
    EXPECT_EQ(post_body(o, owner), raw) << v.at("id");
  }
}

TEST(Order, UnifiedClientsOrdersRecoverUnderOurHash) {
  std::size_t checked = 0;
  for (const auto& r :
       test::load("polymarket-orders.json").at("unified_sdk_recorded").at("records")) {
    if (r.at("wallet_kind") != "eoa") continue;
    auto m = json::parse(r.at("body_raw").get<std::string>()).at("order");
    m["salt"] = std::to_string(m.at("salt").get<std::uint64_t>());
    m["side"] = m.at("side") == "BUY" ? 0 : 1;
    const auto o = test::order_of(m);
    const auto hash = hash_of(o, polygon_exchange(false));
    EXPECT_EQ(hash, test::hash_of(r.at("order_hash")));
    EXPECT_EQ(recover(hash, test::bytes_of(m.at("signature"))).signer, o.signer);
    ++checked;
  }
  EXPECT_EQ(checked, 3U);
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
