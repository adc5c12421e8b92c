#include "domain/positions.hpp"

#include <gtest/gtest.h>

#include <random>

namespace headroom {
namespace {

constexpr auto most = INT64_MAX;

TEST(Positions, WhatIsSoldTakesItsPartOfTheCostRoundedDown) {
  const struct {
    std::int64_t cost, sold, held, gone;
  } rows[] = {
      {10, 1, 3, 3},                    // 3.33
      {10, 2, 3, 6},                    // 6.66
      {10, 3, 3, 10},                   // the last share takes all
      {10, 4, 3, 10},                   // more than is held: no more than all
      {10, 0, 3, 0},                    // nothing sold
      {10, -1, 3, 0},                   // nor less than nothing
      {10, 1, 0, 0},                    // nothing held
      {0, 1, 3, 0},                     // bought for nothing
      {-5, 1, 3, 0},                    // no such cost
      {1, 1, most, 0},                  // dust
      {most, most, most, most},         // all of the most there is
      {most, most - 1, most, most - 1}  // through 128 bits
  };
  for (const auto& r : rows)
    EXPECT_EQ(cost_of_sold({r.cost}, {r.sold}, {r.held}), usdc{r.gone})
        << r.sold << " of " << r.held << " for " << r.cost;
}

TEST(Positions, SoldInAnyPartsAPositionLosesItsWholeCost) {
  std::mt19937_64 rng{7};
  for (int round = 0; round < 2'000; ++round) {
    share_amount held{static_cast<std::int64_t>(1 + rng() % 1'000'000)};
    usdc cost{static_cast<std::int64_t>(rng() % 1'000'000)};
    while (held.micro > 0) {
      const share_amount sold{
          static_cast<std::int64_t>(1 + rng() % static_cast<std::uint64_t>(held.micro))};
      const auto gone = cost_of_sold(cost, sold, held);
      ASSERT_GE(gone.micro, 0);
      ASSERT_LE(gone, cost);
      cost.micro -= gone.micro;
      held.micro -= sold.micro;
    }
    ASSERT_EQ(cost, usdc{}) << round;
  }
}

TEST(Positions, APayoutVectorHasTwoSlotsOrMoreThatSumUp) {
  constexpr auto max = UINT64_MAX;
  EXPECT_TRUE(is_valid({{1, 0}, 1}));
  EXPECT_TRUE(is_valid({{0, 0, 7}, 7}));
  EXPECT_TRUE(is_valid({{max - 1, 1}, max}));
  EXPECT_FALSE(is_valid({{}, 0}));
  EXPECT_FALSE(is_valid({{1}, 1})) << "one slot is no market";
  EXPECT_FALSE(is_valid({{0, 0}, 0})) << "not resolved";
  EXPECT_FALSE(is_valid({{1, 1}, 1}));
  EXPECT_FALSE(is_valid({{1, 1}, 3}));
  EXPECT_FALSE(is_valid({{max, max}, max - 1})) << "their sum does not wrap";
}

TEST(Positions, APayoutIsThePartOfADollarRoundedDown) {
  constexpr auto max = UINT64_MAX;
  const struct {
    std::int64_t shares;
    std::size_t slot;
    payout_vector v;
    std::int64_t pays;
  } rows[] = {
      {5'000'000, 0, {{1, 0}, 1}, 5'000'000},
      {5'000'000, 1, {{1, 0}, 1}, 0},
      {5'000'001, 0, {{1, 1}, 2}, 2'500'000},
      {5'000'001, 1, {{1, 1}, 2}, 2'500'000},
      {1, 0, {{1, 2}, 3}, 0},
      {2, 1, {{1, 2}, 3}, 1},
      {0, 0, {{1, 0}, 1}, 0},
      {most, 0, {{max, 0}, max}, most},
      {most, 1, {{1, max - 1}, max}, most - 1},
      {most, 0, {{1, max - 1}, max}, 0},
      {1'000'000, 1, {{1, max - 1}, max}, 999'999},
  };
  for (const auto& r : rows)
    EXPECT_EQ(payout_of({r.shares}, r.slot, r.v), usdc{r.pays}) << r.shares << " of " << r.slot;
}

TEST(Positions, NothingIsPaidByAVectorThatIsNoneOrForASlotOutsideOfIt) {
  EXPECT_FALSE(payout_of({1}, 2, {{1, 0}, 1}));
  EXPECT_FALSE(payout_of({1}, 0, {{1, 1}, 1}));
  EXPECT_FALSE(payout_of({1}, 0, {}));
  EXPECT_FALSE(payout_of({-1}, 0, {{1, 0}, 1}));
}

/// What users are paid is never more than what all of their shares together would be.
TEST(Positions, PayoutsOfPartsNeverExceedThatOfTheWhole) {
  std::mt19937_64 rng{11};
  for (int round = 0; round < 2'000; ++round) {
    const auto d = 2 + rng() % 1'000'000;
    const auto n = rng() % (d + 1);
    const payout_vector v{{n, d - n}, d};
    std::int64_t shares = 0;
    std::int64_t paid = 0;
    for (int i = 0; i < 20; ++i) {
      const auto part = static_cast<std::int64_t>(rng() % 10'000'000);
      shares += part;
      paid += payout_of({part}, 0, v)->micro;
    }
    const auto whole = payout_of({shares}, 0, v)->micro;
    ASSERT_LE(paid, whole);
    ASSERT_LT(whole - paid, 20) << "less than a micro each";
  }
}

TEST(Positions, AResultIsWonLostOrSplit) {
  EXPECT_EQ(result_of(0, {{1, 0}, 1}), settlement_result::won);
  EXPECT_EQ(result_of(1, {{1, 0}, 1}), settlement_result::lost);
  EXPECT_EQ(result_of(0, {{1, 1}, 2}), settlement_result::split);
  EXPECT_EQ(result_of(2, {{0, 0, 9}, 9}), settlement_result::won);
  EXPECT_EQ(result_of(3, {{0, 0, 9}, 9}), settlement_result::none);
  EXPECT_EQ(result_of(0, {{1, 1}, 3}), settlement_result::none);
}

TEST(Positions, StatusesReadBackAsTheyArePrinted) {
  for (const auto s : {sale_status::placing, sale_status::sold, sale_status::failed})
    EXPECT_EQ(parse_sale_status(to_string(s)), s);
  EXPECT_FALSE(parse_sale_status("filled"));
  for (const auto r : {settlement_result::none, settlement_result::won, settlement_result::lost,
                       settlement_result::split})
    EXPECT_EQ(parse_settlement_result(to_string(r)), r);
  EXPECT_FALSE(parse_settlement_result("even"));
  EXPECT_EQ(to_string(settlement_status::open), "open");
  EXPECT_EQ(to_string(settlement_status::closed), "closed");
}

}  // namespace
}  // namespace headroom
