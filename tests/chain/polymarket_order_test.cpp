#include <gtest/gtest.h>

#include "chain/polymarket/credentials.hpp"
#include "chain/polymarket/order.hpp"
#include "vectors.hpp"

namespace headroom::chain::polymarket {
namespace {

using test::json;

/// The vectors of our kinds: exchange version 2, an ordinary account.
std::vector<json> ours() {
  std::vector<json> out;
  for (const auto& v : test::load("polymarket-orders.json").at("vectors"))
    if (v.at("exchange_version") == 2 && v.at("client_call").at("signatureType") == 0)
      out.push_back(v);
  return out;
}

order order_of(const json& m) {
  order o;
  o.salt = static_cast<std::uint64_t>(test::number_of(m.at("salt")));
  o.maker = test::account_of(m.at("maker"));
  o.signer = test::account_of(m.at("signer"));
  o.token = test::id_of(m.at("tokenId"));
  o.maker_amount = test::number_of(m.at("makerAmount"));
  o.taker_amount = test::number_of(m.at("takerAmount"));
  o.side = m.at("side") == 0 ? side::buy : side::sell;
  o.timestamp_ms = static_cast<std::uint64_t>(test::number_of(m.at("timestamp")));
  o.metadata = test::hash_of(m.at("metadata"));
  o.builder = test::hash_of(m.at("builder"));
  return o;
}

order_type type_of(const std::string& text) {
  for (const auto t : {order_type::gtc, order_type::gtd, order_type::fok, order_type::fak})
    if (to_string(t) == text) return t;
  throw std::runtime_error{"no such order type: " + text};
}

signed_order signed_of(const json& v) {
  const bool neg_risk = v.at("client_call").at("options").at("negRisk");
  auto out = sign(order_of(v.at("message")), polygon_exchange(neg_risk),
                  type_of(v.at("post").at("orderType")), test::key_of(v.at("private_key")));
  const auto body = json::parse(v.at("post").at("body_raw").get<std::string>());
  out.post_only = body.at("postOnly");
  out.expiration = static_cast<std::uint64_t>(test::number_of(body.at("order").at("expiration")));
  return out;
}

TEST(Order, IsHashedSignedAndPostedAsTheOfficialClientDoes) {
  ASSERT_EQ(ours().size(), 4U);
  for (const auto& v : ours()) {
    const auto o = signed_of(v);
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
    const auto o = order_of(m);
    const auto hash = hash_of(o, polygon_exchange(false));
    EXPECT_EQ(hash, test::hash_of(r.at("order_hash")));
    EXPECT_EQ(recover(hash, test::bytes_of(m.at("signature"))).signer, o.signer);
    ++checked;
  }
  EXPECT_EQ(checked, 3U);
}

TEST(Order, StoredBytesReadBackTheSame) {
  for (const auto& v : ours()) {
    const auto o = signed_of(v);
    const auto bytes = encode(o);
    EXPECT_EQ(bytes.size(), encoded_size);
    const auto back = decode(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->body, o.body);
    EXPECT_EQ(back->exchange, o.exchange);
    EXPECT_EQ(back->hash, o.hash);
    EXPECT_EQ(post_body(*back, "k"), post_body(o, "k"));
  }
}

TEST(Order, AFlippedBitOfWhatIsSignedOrUnknownIsNoOrder) {
  const auto bytes = encode(signed_of(ours()[1]));
  EXPECT_FALSE(decode(byte_view{bytes}.first(bytes.size() - 1)));
  EXPECT_FALSE(decode({}));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= 29 && i < 38) continue;  // order type and expiration are not under the signature
    if (i >= 46 && i < 66) continue;  // maker: below
    auto bad = bytes;
    bad[i] ^= 0x40;
    EXPECT_FALSE(decode(bad)) << i;
  }
  auto other_maker = bytes;
  other_maker[50] ^= 1;
  EXPECT_FALSE(decode(other_maker));
  auto bad_type = bytes;
  bad_type[29] = 4;
  EXPECT_FALSE(decode(bad_type));
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
  for (const auto& v : ours()) {
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
