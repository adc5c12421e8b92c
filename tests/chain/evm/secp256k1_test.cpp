#include "chain/evm/secp256k1.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>

#include "chain/evm/keccak.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

constexpr auto order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

template <class T>
concept printable = requires(std::ostringstream out, const T& x) {
  out << x;
};
static_assert(!printable<private_key>);
static_assert(!std::is_copy_constructible_v<private_key>);

const auto digest = keccak256("message");

signature sample() {
  return test::key_of(test::load("ethereum.json").at("keys")[0].at("key")).sign(digest);
}

/// n - s: the other signature that ordinary ECDSA accepts.
hash256 negated(const hash256& s) {
  auto out = hash256::parse(order).value();
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int x = out.bytes[i] - s.bytes[i] - borrow;
    borrow = x < 0 ? 1 : 0;
    out.bytes[i] = static_cast<std::uint8_t>(x + 256 * borrow);
  }
  return out;
}

TEST(PrivateKey, KnowsItsAddress) {
  for (const auto& v : test::load("ethereum.json").at("keys"))
    EXPECT_EQ(test::key_of(v.at("key")).address_of(), test::account_of(v.at("address")));
}

TEST(PrivateKey, RefusesZeroTheOrderAndBadHex) {
  EXPECT_FALSE(private_key::parse(std::string(64, '0')));
  EXPECT_FALSE(private_key::parse(order));
  EXPECT_FALSE(private_key::parse(std::string(63, '1')));
  EXPECT_FALSE(private_key::parse(std::string(63, '1') + "x"));
  EXPECT_FALSE(private_key::parse(""));
}

TEST(PrivateKey, SignsTheSameWayEveryTimeAndLow) {
  const auto a = sample();
  EXPECT_EQ(a, sample());
  EXPECT_EQ(parse_signature(a.bytes().view()).error, signature_error::none);
}

TEST(Recover, FindsTheSigner) {
  const auto signer = test::account_of(test::load("ethereum.json").at("keys")[0].at("address"));
  EXPECT_EQ(recover(digest, sample()).signer, signer);
  auto bytes = sample().bytes();
  bytes.bytes[64] = static_cast<std::uint8_t>(bytes.bytes[64] - 27);  // 0 or 1 is the same
  EXPECT_EQ(recover(digest, bytes.view()).signer, signer);
  EXPECT_NE(recover(keccak256("another"), sample()).signer, signer);
}

TEST(Recover, NamesEachDefect) {
  const auto good = sample().bytes();
  const auto error = [](const signature65& s) { return recover(digest, s.view()).error; };

  EXPECT_EQ(recover(digest, byte_view{}).error, signature_error::length);
  EXPECT_EQ(recover(digest, good.view().first(64)).error, signature_error::length);
  EXPECT_EQ(recover(digest, byte_vector(66)).error, signature_error::length);

  for (const int v : {2, 3, 26, 29, 30, 31, 255}) {
    auto bad = good;
    bad.bytes[64] = static_cast<std::uint8_t>(v);
    EXPECT_EQ(error(bad), signature_error::recovery_id) << v;
  }
  for (const std::size_t part : {0U, 32U}) {
    auto zero = good;
    std::fill_n(zero.bytes.begin() + static_cast<std::ptrdiff_t>(part), 32, std::uint8_t{0});
    EXPECT_EQ(error(zero), signature_error::range);
    auto big = good;
    const auto n = hash256::parse(order).value();
    std::copy(n.bytes.begin(), n.bytes.end(),
              big.bytes.begin() + static_cast<std::ptrdiff_t>(part));
    EXPECT_EQ(error(big), signature_error::range);
  }
  auto twin = sample();
  twin.s = negated(twin.s);
  twin.v = static_cast<std::uint8_t>(55 - twin.v);
  EXPECT_EQ(error(twin.bytes()), signature_error::high_s);

  auto off_curve = sample();
  off_curve.r = hash256{};
  off_curve.r.bytes[31] = 5;  // 5^3 + 7 is no square
  EXPECT_EQ(error(off_curve.bytes()), signature_error::unrecoverable);
}

TEST(Recover, TakesExactlyHalfTheOrderAsLow) {
  auto s = sample();
  s.s = hash256::parse("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0").value();
  EXPECT_EQ(parse_signature(s.bytes().view()).error, signature_error::none);
  s.s.bytes[31] = 0xa1;
  EXPECT_EQ(parse_signature(s.bytes().view()).error, signature_error::high_s);
}

}  // namespace
}  // namespace headroom::chain
