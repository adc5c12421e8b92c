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
    EXPECT_EQ(decode(bytes)->body.signature_type, signature_kind::key);
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

/// Our key signs for a maker that is not its account: who may do so depends on the kind.
TEST(StoredOrder, CarriesTheKindOfItsSignatureAndWhoMaySignForWhom) {
  const auto v = test::our_orders()[1];
  const auto owner = test::key_of(v.at("private_key"));
  const auto wallet = address::parse("0x" + std::string(40, 'b')).value();
  const auto stored = [&](signature_kind kind, const address& maker, const address& signer,
                          const address& account) {
    auto o = test::signed_of(v);
    o.body.signature_type = kind;
    o.body.maker = maker;
    o.body.signer = signer;
    o.account = account;
    o.hash = hash_of(o.body, o.exchange);
    o.signature = owner.sign(signing_digest(o.body, o.exchange)).bytes();
    return o;
  };
  const auto ours = owner.address_of();
  using enum signature_kind;
  for (const auto kind : {proxy, safe}) {
    const auto o = stored(kind, wallet, ours, ours);
    expect_same(decode(encode(o)), o);
    EXPECT_FALSE(decode(encode(stored(kind, wallet, wallet, ours))));
    EXPECT_FALSE(decode(encode(stored(kind, wallet, ours, wallet))));
  }
  const auto o = stored(deposit_wallet, wallet, wallet, ours);
  expect_same(decode(encode(o)), o);
  EXPECT_FALSE(decode(encode(stored(deposit_wallet, wallet, ours, ours))));
  EXPECT_FALSE(decode(encode(stored(deposit_wallet, wallet, wallet, wallet)))) << "not its owner";
  EXPECT_FALSE(decode(encode(stored(key, wallet, ours, ours)))) << "an account pays itself";
  EXPECT_FALSE(decode(encode(stored(signature_kind{4}, wallet, ours, ours)))) << "no such kind";
}

TEST(StoredOrder, ADepositWalletsOrderThatWasSignedLikeAnothersIsNone) {
  auto o = test::signed_of(test::our_orders().back());
  ASSERT_EQ(o.body.signature_type, signature_kind::deposit_wallet);
  ASSERT_TRUE(decode(encode(o)));
  const auto key = test::key_of(test::our_orders().back().at("private_key"));
  o.signature = key.sign(o.hash).bytes();  // the plain hash, without the wallet's name
  EXPECT_FALSE(decode(encode(o)));
}

/// Cut, longer, or with a bit turned it is no order.
void expect_strict(const byte_vector& bytes) {
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

TEST(StoredOrder, AFlippedBitOfWhatIsSignedOrUnknownIsNoOrder) {
  for (const auto which : {1U, 4U, 6U})
    expect_strict(encode(test::signed_of(test::our_orders()[which])));
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
