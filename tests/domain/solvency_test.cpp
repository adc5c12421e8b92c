#include "domain/solvency.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using enum solvency_news;

/// 100 in the buffer, 10 beside it, 40 in transit of which 25 are being converted; 5 are at the
/// venue, which are owed like the 125 of the balances until the bets are filled.
trial_balance books() {
  trial_balance t;
  t.buffer = 100_usdc;
  t.reserve = 10_usdc;
  t.in_transit = 40_usdc;
  t.converting = 25_usdc;
  t.at_venue = 5_usdc;
  t.users = 125_usdc;
  return t;
}

constexpr holdings enough{15_usdc, 110_usdc};
constexpr auto noon = timestamp::of_seconds(43'200);

TEST(Solvency, TheBooksDifferenceCountsEveryAsset) {
  EXPECT_EQ(assets_of(books()), 155_usdc);
  EXPECT_EQ(liabilities_of(books()), 130_usdc);
  EXPECT_EQ(difference_of(books()), 25_usdc);
  auto t = books();
  t.users = 151_usdc;
  EXPECT_EQ(difference_of(t), usdc{-1'000'000});
  t.users = usdc{INT64_MAX};
  t.buffer = usdc{INT64_MAX};
  EXPECT_EQ(difference_of(t), usdc{}) << "saturates";
}

TEST(Solvency, BetsAtTheVenueHideNoHole) {
  trial_balance t;
  t.buffer = 60_usdc;
  t.users = 90_usdc;
  t.at_venue = 40_usdc;
  EXPECT_EQ(difference_of(t), usdc{-30'000'000});
  solvency_watch watch;
  EXPECT_EQ(watch.look(t, std::nullopt, noon), turned_bad);
}

/// 20 are asked for by withdrawals, 8 of them sent: whatever the chain has of those is fine.
TEST(Solvency, AWithdrawalIsExplainedAtEachMoment) {
  auto t = books();
  t.outgoing = 20_usdc;
  t.leaving = 8_usdc;
  EXPECT_EQ(difference_of(t), difference_of(books())) << "on both sides, it hides nothing";
  EXPECT_EQ(shortfall_of(t, {15_usdc, 130_usdc}), usdc{}) << "nothing has left the wallet yet";
  EXPECT_EQ(shortfall_of(t, {15_usdc, 122_usdc}), usdc{}) << "what was sent is mined";
  EXPECT_EQ(shortfall_of(t, {15_usdc, 121_usdc}), 1_usdc) << "what is unsent must be there";
  t.outgoing = t.leaving = {};
  EXPECT_EQ(shortfall_of(t, {15_usdc, 110_usdc}), usdc{}) << "all of it is over";
}

TEST(Solvency, SaysSinceWhen) {
  solvency_watch watch;
  auto bad = books();
  bad.users = 200_usdc;
  watch.look(books(), std::nullopt, noon);
  EXPECT_FALSE(watch.last().insolvent_since.is_set());
  watch.look(bad, std::nullopt, noon.plus(std::chrono::seconds{1}));
  watch.look(bad, std::nullopt, noon.plus(std::chrono::seconds{2}));
  EXPECT_EQ(watch.last().insolvent_since, noon.plus(std::chrono::seconds{1}));
  watch.look(books(), std::nullopt, noon.plus(std::chrono::seconds{3}));
  EXPECT_FALSE(watch.last().insolvent_since.is_set());
}

TEST(Solvency, TheChainsMustShowWhatIsNotBetweenThem) {
  EXPECT_EQ(shortfall_of(books(), enough), usdc{});
  EXPECT_EQ(shortfall_of(books(), {15_usdc, 109_usdc}), 1_usdc);
  EXPECT_EQ(shortfall_of(books(), {14_usdc, 110_usdc}), 1_usdc);
  EXPECT_EQ(shortfall_of(books(), {1'000_usdc, 100_usdc}), 10_usdc)
      << "more USDT0 does not pay for USDC";
  EXPECT_EQ(shortfall_of(books(), {{}, {}}), 125_usdc);
  auto t = books();
  t.waits_here = 4_usdc;
  EXPECT_EQ(shortfall_of(t, {11_usdc, 114_usdc}), usdc{}) << "paid with USDC on Polygon";
  EXPECT_EQ(shortfall_of(t, {15_usdc, 110_usdc}), 4_usdc);
  t.waits_here = {};
  t.converting = 50_usdc;  // more than is in transit: a completed one is on its way to the books
  EXPECT_EQ(shortfall_of(t, {{}, 110_usdc}), usdc{});
}

TEST(Solvency, WhatARunningConversionHasNotSentMustBeThere) {
  auto t = books();
  moving_money x;
  x.amount = 25_usdc;
  x.where = money_place::at_source;
  t.moving = {x};
  EXPECT_EQ(shortfall_of(t, {40_usdc, 110_usdc}), usdc{});
  EXPECT_EQ(shortfall_of(t, {33_usdc, 110_usdc}), 7_usdc);
  t.moving[0].where = money_place::under_way;
  EXPECT_EQ(shortfall_of(t, enough), usdc{});
}

TEST(Solvency, OneLookAtTheChainsIsNotEnoughAndOneNewsIs) {
  solvency_watch watch;
  EXPECT_FALSE(watch.last().checked);
  EXPECT_EQ(watch.look(books(), enough, noon), none);
  EXPECT_TRUE(watch.last().solvent);
  EXPECT_EQ(watch.look(books(), holdings{}, noon), none) << "books and chains raced, perhaps";
  EXPECT_TRUE(watch.last().solvent);
  EXPECT_EQ(watch.last().shortfall, 125_usdc);
  EXPECT_EQ(watch.look(books(), std::nullopt, noon), none) << "silent chains prove nothing";
  EXPECT_EQ(watch.look(books(), holdings{}, noon), turned_bad);
  EXPECT_FALSE(watch.last().solvent);
  EXPECT_EQ(watch.look(books(), holdings{}, noon), none) << "said once";
  EXPECT_EQ(watch.look(books(), std::nullopt, noon), none);
  EXPECT_FALSE(watch.last().solvent) << "silence does not make it good";
  EXPECT_EQ(watch.look(books(), enough, noon), turned_good);
  EXPECT_EQ(watch.look(books(), holdings{}, noon), none) << "the count starts again";
}

TEST(Solvency, TheBooksAloneCountAtOnce) {
  solvency_watch watch;
  auto bad = books();
  bad.users = 200_usdc;
  EXPECT_EQ(watch.look(bad, std::nullopt, noon), turned_bad) << "also by the first look";
  EXPECT_EQ(watch.last().difference, usdc{-50'000'000});
  EXPECT_FALSE(watch.last().onchain_known);
  EXPECT_EQ(watch.look(books(), std::nullopt, noon), turned_good);
  EXPECT_EQ(watch.last().at, noon);
}

}  // namespace
}  // namespace headroom
