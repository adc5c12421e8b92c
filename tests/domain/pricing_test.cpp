#include "domain/pricing.hpp"

#include <gtest/gtest.h>

#include <random>

namespace headroom::test {
namespace {

TEST(Pricing, WithoutAFeeAllOfItIsCredited) {
  EXPECT_EQ(fee_of({}, 25_usdc), usdc{});
  EXPECT_EQ(credited_of({}, 25_usdc), 25_usdc);
  EXPECT_EQ(credited_of({}, {1}), usdc{1});
}

TEST(Pricing, AShareIsRoundedUpToAMicro) {
  const deposit_pricing p{30, {}, {}};
  EXPECT_EQ(fee_of(p, 100_usdc), 300'000_micro);
  EXPECT_EQ(fee_of(p, {1'000'001}), 3'001_micro) << "of 3,000.003";
  EXPECT_EQ(credited_of(p, {1'000'001}), 997'000_micro);
}

TEST(Pricing, BoundsHoldAndTheUpperOneWinsWhereTheyMeet) {
  const deposit_pricing p{30, 100'000_micro, 2_usdc};
  EXPECT_EQ(fee_of(p, 10_usdc), 100'000_micro);
  EXPECT_EQ(fee_of(p, 100_usdc), 300'000_micro);
  EXPECT_EQ(fee_of(p, 10'000_usdc), 2_usdc);
  EXPECT_EQ(fee_of({0, 5_usdc, 2_usdc}, 10_usdc), 2_usdc);
  EXPECT_EQ(fee_of({0, 100'000_micro, {}}, 10_usdc), 100'000_micro) << "the same for all";
}

TEST(Pricing, TheRatesPartIsRoundedByItselfAndOutsideTheFeesBounds) {
  const deposit_pricing p{30, 100'000_micro, 200'000_micro, 9'985};
  EXPECT_EQ(fee_of(p, 10_usdc), 115'000_micro) << "0.10 at least, and 15 bps";
  EXPECT_EQ(fee_of(p, 1'000_usdc), 1'700'000_micro) << "0.20 at most, and 15 bps";
  EXPECT_EQ(fee_of({0, {}, {}, 9'985}, {1'000'001}), 1'501_micro) << "of 1,500.0015";
  EXPECT_EQ(credited_of({0, {}, {}, 9'985}, {1}), usdc{1}) << "never nothing";
  EXPECT_EQ(fee_of({0, {}, {}, 12'000}, 10_usdc), usdc{}) << "nobody gets more than they paid";
}

TEST(Pricing, TheRateIsSaidInDecimals) {
  const auto text = [](std::uint32_t bps) { return rate_text({0, {}, {}, bps}); };
  EXPECT_EQ(text(10'000), "1");
  EXPECT_EQ(text(9'985), "0.9985");
  EXPECT_EQ(text(9'900), "0.99");
  EXPECT_EQ(text(5), "0.0005");
}

TEST(Pricing, NoFeeTakesAllOfAPayment) {
  EXPECT_EQ(credited_of({0, 1_usdc, {}}, 500'000_micro), usdc{1});
  EXPECT_EQ(credited_of({10'000, {}, {}}, 5_usdc), usdc{1});
  EXPECT_EQ(credited_of({4'000'000'000, {}, {}}, {INT64_MAX}), usdc{1}) << "bounded, not wrapped";
  EXPECT_EQ(fee_of({30, 1_usdc, {}}, {}), usdc{});
  EXPECT_EQ(fee_of({30, 1_usdc, {}}, {-5}), usdc{});
}

TEST(Pricing, FeeAndCreditAreAlwaysTheWholeAmount) {
  std::mt19937_64 random{7};
  for (int i = 0; i < 10'000; ++i) {
    const deposit_pricing p{static_cast<std::uint32_t>(random() % 12'000),
                            usdc{static_cast<std::int64_t>(random() % 5'000'000)},
                            usdc{static_cast<std::int64_t>(random() % 9'000'000)},
                            static_cast<std::uint32_t>(random() % 12'000)};
    const usdc amount{1 + static_cast<std::int64_t>(random() % 1'000'000'000'000)};
    const auto fee = fee_of(p, amount);
    ASSERT_GE(fee, usdc{});
    ASSERT_LT(fee, amount);
    ASSERT_EQ(add(fee, credited_of(p, amount)), amount);
  }
}

}  // namespace
}  // namespace headroom::test
