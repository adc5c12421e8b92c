#include "actors/coin_gauge.hpp"

#include <gtest/gtest.h>

namespace headroom::actors {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr timestamp noon = timestamp::of_seconds(1'800'000'000);

TEST(CoinGauge, WhatWasSpentInAnHourSaysHowLongTheRestLasts) {
  coin_gauge g;
  g.saw("137", 10, noon);
  g.saw("137", 9, noon.plus(minutes{30}));
  g.saw("137", 8, noon.plus(hours{1}));
  const auto seen = g.list().at("137");
  EXPECT_DOUBLE_EQ(seen.coins, 8);
  EXPECT_DOUBLE_EQ(seen.spent_per_hour.value(), 2);
  EXPECT_DOUBLE_EQ(seen.hours_left.value(), 4);
  EXPECT_DOUBLE_EQ(g.hours_left("137").value(), 4);
}

TEST(CoinGauge, TenMinutesAreTheLeastThatSaysAnything) {
  coin_gauge g;
  g.saw("137", 10, noon);
  g.saw("137", 9, noon.plus(minutes{9}));
  EXPECT_FALSE(g.list().at("137").spent_per_hour);
  g.saw("137", 9, noon.plus(minutes{10}));
  EXPECT_DOUBLE_EQ(g.list().at("137").spent_per_hour.value(), 6);
}

TEST(CoinGauge, WhatIsPaidInIsNoSaving) {
  coin_gauge g;
  g.saw("137", 2, noon);
  g.saw("137", 1, noon.plus(minutes{30}));
  g.saw("137", 100, noon.plus(minutes{31}));
  g.saw("137", 99, noon.plus(hours{1}));
  EXPECT_DOUBLE_EQ(g.list().at("137").spent_per_hour.value(), 2);
  EXPECT_DOUBLE_EQ(g.hours_left("137").value(), 49.5);
}

TEST(CoinGauge, NothingSpentLastsForNobodyKnowsHowLong) {
  coin_gauge g;
  g.saw("137", 2, noon);
  g.saw("137", 2, noon.plus(hours{1}));
  EXPECT_DOUBLE_EQ(g.list().at("137").spent_per_hour.value(), 0);
  EXPECT_FALSE(g.hours_left("137"));
  EXPECT_FALSE(g.hours_left("9745")) << "nor of a wallet that nobody saw";
}

TEST(CoinGauge, OnlyTheLastDayCounts) {
  coin_gauge g;
  g.saw("137", 1'000, noon);
  g.saw("137", 100, noon.plus(hours{1}));  // a dear hour, long ago
  for (int h = 2; h <= 48; ++h) g.saw("137", 100 - h, noon.plus(hours{h}));
  EXPECT_DOUBLE_EQ(g.list().at("137").spent_per_hour.value(), 1);
}

TEST(CoinGauge, AWalletIsMeasuredByItself) {
  coin_gauge g;
  g.saw("137", 10, noon);
  g.saw("9745", 10, noon);
  g.saw("137", 5, noon.plus(hours{1}));
  g.saw("9745", 10, noon.plus(hours{1}));
  EXPECT_TRUE(g.hours_left("137"));
  EXPECT_FALSE(g.hours_left("9745"));
}

}  // namespace
}  // namespace headroom::actors
