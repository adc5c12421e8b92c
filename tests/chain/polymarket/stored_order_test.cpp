#include "chain/polymarket/stored_order.hpp"

#include <gtest/gtest.h>

#include "tests/chain/polymarket/polymarket_orders.hpp"

/// An order's bytes in the books, of every layout that ever was.
namespace headroom::chain::polymarket {
namespace {

constexpr order_terms terms{{50'000, 2}, 7'654'321};

signed_order with_terms(signed_order o) {
  o.terms = terms;
  return o;
}

signed_order order_named(const test::json& id) {
  for (const auto& v : test::our_orders())
    if (v.at("id") == id) return test::signed_of(v);
  throw std::runtime_error{"no such order"};
}

void expect_same(const std::optional<signed_order>& back, const signed_order& o) {
  ASSERT_TRUE(back);
  EXPECT_EQ(back->body, o.body);
  EXPECT_EQ(back->exchange, o.exchange);
  EXPECT_EQ(back->hash, o.hash);
  EXPECT_EQ(back->account, o.account);
  EXPECT_EQ(back->terms, o.terms);
  EXPECT_EQ(post_body(*back, "k"), post_body(o, "k"));
}

TEST(StoredOrder, ReadsBackTheSameWithItsTermsAndWithout) {
  for (const auto& v : test::our_orders()) {
    const auto o = test::signed_of(v);
    expect_same(decode(encode(o)), o);
    expect_same(decode(encode(with_terms(o))), with_terms(o));
  }
}

/// As the services of 2026-11 wrote them: recorded, not made here.
TEST(StoredOrder, WhatEarlierVersionsStoredIsRead) {
  const auto& stored = test::load("stored-orders.json").at("stored");
  std::map<int, int> read;
  for (const auto& x : stored) {
    const int layout = x.at("layout");
    const auto bytes = test::bytes_of(x.at("bytes"));
    ASSERT_EQ(bytes.front(), layout);
    const auto o = order_named(x.at("order"));
    expect_same(decode(bytes), layout == 1 ? o : with_terms(o));
    EXPECT_EQ(decode(bytes)->account, o.body.signer) << "its signer's, as all were";
    EXPECT_EQ(decode(bytes)->body.signature_type, 0);
    ++read[layout];
  }
  EXPECT_EQ(read, (std::map<int, int>{{1, 4}, {2, 4}, {3, 4}}));
}

TEST(StoredOrder, IsWrittenAsTheNewestLayoutSays) {
  std::size_t checked = 0;
  for (const auto& x : test::load("stored-orders.json").at("stored")) {
    if (x.at("layout") != 3) continue;
    EXPECT_EQ(encode(with_terms(order_named(x.at("order")))), test::bytes_of(x.at("bytes")));
    ++checked;
  }
  EXPECT_EQ(checked, 4U);
}

/// Types 1 and 2: a key signs for a contract of the venue's that holds the money.
TEST(StoredOrder, CarriesTheKindOfItsSignature) {
  const auto v = test::our_orders()[1];
  const auto key = test::key_of(v.at("private_key"));
  for (std::uint8_t type = 1; type <= 4; ++type) {
    auto o = test::signed_of(v);
    o.body.signature_type = type;
    o.body.maker.bytes[0] ^= 0xff;
    o.hash = hash_of(o.body, o.exchange);
    o.signature = key.sign(o.hash).bytes();
    if (type <= 2) {
      expect_same(decode(encode(o)), o);
    } else {
      EXPECT_FALSE(decode(encode(o))) << int(type);
    }
  }
}

TEST(StoredOrder, AFlippedBitOfWhatIsSignedOrUnknownIsNoOrder) {
  const auto bytes = encode(test::signed_of(test::our_orders()[1]));
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(decode(byte_view{bytes}.first(n)));
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode(longer));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= 50 && i < 59) continue;  // order type and expiration are not under the signature
    auto bad = bytes;
    bad[i] ^= 0x40;
    EXPECT_FALSE(decode(bad)) << i;
  }
  auto bad_type = bytes;
  bad_type[50] = 4;
  EXPECT_FALSE(decode(bad_type));
}

TEST(StoredOrder, AFlippedBitOfAnEarlierLayoutIsNoOrderEither) {
  const auto& stored = test::load("stored-orders.json").at("stored");
  const auto bytes = test::bytes_of(stored.at(3).at("bytes"));
  ASSERT_EQ(bytes.front(), 2);
  const auto terms_at = bytes.size() - 24;
  for (std::size_t i = 0; i < terms_at; ++i) {
    if (i >= 29 && i < 38) continue;  // order type and expiration
    auto bad = bytes;
    bad[i] ^= 0x40;
    EXPECT_FALSE(decode(bad)) << i;
  }
  EXPECT_FALSE(decode(byte_view{bytes}.first(terms_at))) << "of the second layout, without terms";
}

}  // namespace
}  // namespace headroom::chain::polymarket
