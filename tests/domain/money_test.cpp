#include "domain/money.hpp"

#include <gtest/gtest.h>

#include <random>

namespace headroom {
namespace {

TEST(Money, ReadsEveryFormOfAnAmountThatTheContractAllows) {
  struct row {
    const char* text;
    std::int64_t micro;
  };
  constexpr row table[] = {
      {"0", 0},
      {"0.0", 0},
      {"0.000000", 0},
      {"0.000001", 1},
      {"1", 1'000'000},
      {"25.37", 25'370'000},
      {"25.370000", 25'370'000},
      {"10000", 10'000'000'000},
      {"9223372036854.775807", INT64_MAX},
  };
  for (const auto& [text, micro] : table) EXPECT_EQ(parse_usdc(text), usdc{micro}) << text;
}

TEST(Money, RefusesEverythingElse) {
  for (const char* text : {"",
                           " ",
                           "-1",
                           "+1",
                           "1.",
                           ".5",
                           ".",
                           "1.0000000",
                           "0.0000001",
                           "01",
                           "00",
                           "00.1",
                           "1e3",
                           "1E3",
                           "0x10",
                           "1,000",
                           "1 ",
                           " 1",
                           "1.2.3",
                           "1.-1",
                           "NaN",
                           "inf",
                           "1_000",
                           "1.00000a",
                           "$1",
                           "١",
                           "9223372036854.775808",
                           "9999999999999",
                           "99999999999999",
                           "10000000000000000000000"})
    EXPECT_EQ(parse_usdc(text), std::nullopt) << '"' << text << '"';
  EXPECT_EQ(parse_usdc(std::string_view{"1\0", 2}), std::nullopt);
}

TEST(Money, PrintsAtLeastTwoDecimalsAndNoFurtherZeros) {
  struct row {
    std::int64_t micro;
    const char* text;
  };
  constexpr row table[] = {
      {0, "0.00"},
      {1, "0.000001"},
      {10, "0.00001"},
      {100'000, "0.10"},
      {25'370'000, "25.37"},
      {25'000'000, "25.00"},
      {-1, "-0.000001"},
      {-1'500'000, "-1.50"},
      {INT64_MAX, "9223372036854.775807"},
      {INT64_MIN, "-9223372036854.775808"},
  };
  for (const auto& [micro, text] : table) EXPECT_EQ(to_string(usdc{micro}), text);
}

TEST(Money, CentsNeverPromiseMoreThanThereIsNorAskForLess) {
  struct row {
    std::int64_t micro;
    const char* floor;
    const char* ceil;
  };
  constexpr row table[] = {
      {0, "0.00", "0.00"},
      {1, "0.00", "0.01"},
      {9'999, "0.00", "0.01"},
      {10'000, "0.01", "0.01"},
      {10'001, "0.01", "0.02"},
      {99'999'999, "99.99", "100.00"},
      {INT64_MAX, "9223372036854.77", "9223372036854.78"},
  };
  for (const auto& [micro, floor, ceil] : table) {
    EXPECT_EQ(to_cents_floor(usdc{micro}), floor) << micro;
    EXPECT_EQ(to_cents_ceil(usdc{micro}), ceil) << micro;
  }
}

TEST(Money, WhatIsPrintedIsReadBack) {
  std::mt19937_64 rng{20261121};
  for (int i = 0; i < 20'000; ++i) {
    const usdc amount{static_cast<std::int64_t>(rng() >> (1 + rng() % 63))};
    ASSERT_EQ(parse_usdc(to_string(amount)), amount) << amount.micro;
  }
}

TEST(Money, AddAndSubSayWhenTheResultDoesNotFit) {
  EXPECT_EQ(add(40_usdc, 2_usdc), 42_usdc);
  EXPECT_EQ(sub(40_usdc, 42_usdc), usdc{-2'000'000});
  EXPECT_EQ(add({INT64_MAX}, {1}), std::nullopt);
  EXPECT_EQ(add({INT64_MIN}, {-1}), std::nullopt);
  EXPECT_EQ(sub({INT64_MIN}, {1}), std::nullopt);
  EXPECT_EQ(sub({0}, {INT64_MIN}), std::nullopt);
}

TEST(Money, SaturatingSumsStayOnTheirSideOfZero) {
  EXPECT_EQ(add_saturating(1_usdc, 2_usdc), 3_usdc);
  EXPECT_EQ(add_saturating({INT64_MAX}, {1}), usdc{INT64_MAX});
  EXPECT_EQ(add_saturating({INT64_MIN}, {-1}), usdc{INT64_MIN});
  EXPECT_EQ(sub_saturating({INT64_MIN}, {1}), usdc{INT64_MIN});
  EXPECT_EQ(sub_saturating({INT64_MAX}, {-1}), usdc{INT64_MAX});
  EXPECT_EQ(sub_saturating({0}, {INT64_MIN}), usdc{INT64_MAX});
}

TEST(Money, MulDivRefusesWhatHasNoAnswer) {
  for (const auto divide : {mul_div_floor, mul_div_ceil}) {
    EXPECT_EQ(divide(1, 1, 0), std::nullopt);
    EXPECT_EQ(divide(1, 1, -1), std::nullopt);
    EXPECT_EQ(divide(-1, 1, 1), std::nullopt);
    EXPECT_EQ(divide(1, -1, 1), std::nullopt);
    EXPECT_EQ(divide(INT64_MAX, 2, 1), std::nullopt);
    EXPECT_EQ(divide(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
    EXPECT_EQ(divide(0, INT64_MAX, 7), 0);
  }
  EXPECT_EQ(mul_div_floor(10, 1, 3), 3);
  EXPECT_EQ(mul_div_ceil(10, 1, 3), 4);
  EXPECT_EQ(mul_div_floor(INT64_MAX, 3, 2), std::nullopt);
}

/// The definition, by remainders: floor * c <= a * b < (floor + 1) * c, and ceil is its mirror.
TEST(Money, MulDivIsExactOverTheWholeRange) {
  std::mt19937_64 rng{7};
  const auto any = [&] { return static_cast<std::int64_t>(rng() >> (1 + rng() % 63)); };
  int answered = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto a = any();
    const auto b = any();
    const auto c = any() | 1;
    const auto product = static_cast<uint128>(a) * static_cast<uint128>(b);
    const auto floor = mul_div_floor(a, b, c);
    const auto ceil = mul_div_ceil(a, b, c);
    if (!floor) {
      ASSERT_GT(product / static_cast<uint128>(c), static_cast<uint128>(INT64_MAX));
      continue;
    }
    ++answered;
    const auto low = static_cast<uint128>(*floor) * static_cast<uint128>(c);
    ASSERT_LE(low, product);
    ASSERT_LT(product - low, static_cast<uint128>(c));
    if (ceil) {
      ASSERT_EQ(*ceil, *floor + (low == product ? 0 : 1));
    }
  }
  EXPECT_GT(answered, 10'000);
}

}  // namespace
}  // namespace headroom
