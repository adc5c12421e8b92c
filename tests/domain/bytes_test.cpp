#include "domain/bytes.hpp"

#include <gtest/gtest.h>

#include <random>
#include <unordered_set>

#include "domain/ids.hpp"

namespace headroom {
namespace {

constexpr const char* two_to_256_minus_1 =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935";

TEST(Bytes, HexIsLowerCaseAndReadsBackInAnyCase) {
  const byte_vector bytes{0x00, 0x01, 0xab, 0xff};
  EXPECT_EQ(to_hex(bytes), "0001abff");
  EXPECT_EQ(to_0x(bytes), "0x0001abff");
  for (const char* text : {"0001abff", "0x0001ABFF", "0x0001aBfF"})
    EXPECT_EQ(from_hex(text), bytes) << text;
  EXPECT_EQ(from_hex(""), byte_vector{});
  EXPECT_EQ(from_hex("0x"), byte_vector{});
}

TEST(Bytes, RefusesWhatIsNotHex) {
  for (const char* text : {"0", "0x0", "0g", "0x0x00", "0X00", " 00", "00 ", "-1", "é"})
    EXPECT_EQ(from_hex(text), std::nullopt) << text;
}

TEST(Bytes, AFixedValueTakesExactlyItsSize) {
  const std::string forty(40, 'a');
  EXPECT_TRUE(address::parse(forty));
  EXPECT_TRUE(address::parse("0x" + forty));
  EXPECT_EQ(address::parse("0x" + forty)->hex(), "0x" + forty);
  EXPECT_FALSE(address::parse("0x" + forty + "a"));
  EXPECT_FALSE(address::parse("0x" + forty + "aa"));
  EXPECT_FALSE(address::parse(forty.substr(2)));
  EXPECT_FALSE(address::parse(""));
  EXPECT_TRUE(address{}.is_zero());
  EXPECT_FALSE(address::parse(forty)->is_zero());
}

TEST(Bytes, Uint256ReadsDecimalsUpToItsLastValue) {
  struct row {
    const char* text;
    const char* hex_tail;  // of the 32 bytes
  };
  constexpr row table[] = {
      {"0", "00"},
      {"1", "01"},
      {"255", "ff"},
      {"256", "0100"},
      {"18446744073709551615", "ffffffffffffffff"},
      {"18446744073709551616", "010000000000000000"},
      {two_to_256_minus_1, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
  };
  for (const auto& [text, tail] : table) {
    const auto x = uint256::parse_decimal(text);
    ASSERT_TRUE(x) << text;
    EXPECT_TRUE(x->hex().ends_with(tail)) << x->hex();
    EXPECT_EQ(x->decimal(), text);
  }
}

TEST(Bytes, Uint256RefusesSignsZerosAndEverythingFrom2To256On) {
  for (const char* text :
       {"", "-1", "+1", "00", "01", "1.0", "0x1", "1e5", " 1", "1 ",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "1000000000000000000000000000000000000000000000000000000000000000000000000000000"})
    EXPECT_FALSE(uint256::parse_decimal(text)) << text;
}

TEST(Bytes, Uint256And64BitsAgree) {
  EXPECT_EQ(uint256::of(0).decimal(), "0");
  EXPECT_EQ(uint256::of(UINT64_MAX).to_u64(), UINT64_MAX);
  EXPECT_EQ(uint256::parse_decimal("18446744073709551616")->to_u64(), std::nullopt);
  std::mt19937_64 rng{3};
  for (int i = 0; i < 2'000; ++i) {
    const auto n = rng() >> (rng() % 64);
    ASSERT_EQ(uint256::of(n).decimal(), std::to_string(n));
    ASSERT_EQ(uint256::of(n).to_u64(), n);
  }
}

TEST(Bytes, Uint256RoundTripsAnyValue) {
  std::mt19937_64 rng{4};
  for (int i = 0; i < 2'000; ++i) {
    uint256 x;
    for (std::size_t k = rng() % 33; k < 32; ++k) x.bytes[k] = static_cast<std::uint8_t>(rng());
    const auto back = uint256::parse_decimal(x.decimal());
    ASSERT_TRUE(back && *back == x) << x.hex();
  }
}

TEST(Ids, AUuidIsTextOfOneShape) {
  constexpr const char* text = "0123abcd-4567-89ab-cdef-0123456789ab";
  const auto id = bet_id::parse(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), text);
  EXPECT_EQ(bet_id::parse("0123ABCD-4567-89AB-CDEF-0123456789AB"), id);
  for (const char* bad :
       {"", "0123abcd456789abcdef0123456789ab", "0123abcd-4567-89ab-cdef-0123456789a",
        "0123abcd-4567-89ab-cdef-0123456789abc", "0x23abcd-4567-89ab-cdef-0123456789ab",
        "0123abcd-4567-89ab-cdef-0123456789ag", "0123abcd-4567-89ab-cdef_0123456789ab",
        "0123abcd-4567-89a--cdef-0123456789ab", "{123abcd-4567-89ab-cdef-0123456789a}"})
    EXPECT_FALSE(bet_id::parse(bad)) << bad;
}

TEST(Ids, AnIdOfADigestIsAVersion8UuidAndAlwaysTheSame) {
  hash256 digest;
  digest.bytes.fill(0xff);
  const auto id = bet_id::from_digest(digest);
  EXPECT_EQ(id.text(), "ffffffff-ffff-8fff-bfff-ffffffffffff");
  EXPECT_EQ(bet_id::from_digest(digest), id);
  digest.bytes[0] = 0;
  EXPECT_NE(bet_id::from_digest(digest), id);
}

TEST(Ids, DifferentIdsHashDifferently) {
  std::unordered_set<bet_id> seen;
  hash256 digest;
  for (int i = 0; i < 1'000; ++i) {
    digest.bytes[0] = static_cast<std::uint8_t>(i);
    digest.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    seen.insert(bet_id::from_digest(digest));
  }
  EXPECT_EQ(seen.size(), 1'000U);
}

}  // namespace
}  // namespace headroom
