#include "domain/inventory.hpp"

#include <gtest/gtest.h>

#include <random>

#include "domain/records.hpp"

namespace headroom {
namespace {

constexpr timestamp noon = timestamp::of_seconds(1'800'000'000);
constexpr inventory_marks marks{100_usdc, 200_usdc, 400_usdc};

timestamp in(std::int64_t seconds) { return noon.plus(std::chrono::seconds{seconds}); }

/// 36 USDC an hour: one cent a second.
buffer_flows a_cent_a_second() {
  buffer_flows out;
  out.out_hour = 36_usdc;
  out.hour_seconds = 3'600;
  return out;
}

buffer_forecast at(usdc available, const buffer_flows& flows, std::uint32_t slowest = 60) {
  return forecast_of(available, marks, flows, slowest, noon);
}

TEST(Inventory, MarksThatAreNotSetFollowTheBuffersLimits) {
  buffer_row row;
  row.min_size = 100_usdc;
  const auto followed = marks_of({}, row, 250_usdc);
  EXPECT_EQ(followed.low, 100_usdc);
  EXPECT_EQ(followed.target, 250_usdc) << "what is recommended";
  EXPECT_EQ(followed.high, 500_usdc) << "twice the target";
  EXPECT_EQ(marks_of({}, row, 50_usdc).target, 100_usdc) << "never below low";
  row.has_max = true;
  row.max_size = 300_usdc;
  EXPECT_EQ(marks_of({}, row, 250_usdc).high, 300_usdc);
  row.max_size = 120_usdc;
  EXPECT_EQ(marks_of({}, row, 250_usdc).high, 250_usdc) << "never below the target";
  const auto set = marks_of({10_usdc, 20_usdc, 30_usdc}, row, 250_usdc);
  EXPECT_EQ(set.low, 10_usdc);
  EXPECT_EQ(set.target, 20_usdc);
  EXPECT_EQ(set.high, 30_usdc);
}

TEST(Inventory, EachMarkBeginsItsLevel) {
  EXPECT_EQ(level_of(100_usdc, marks), buffer_level::below_target);
  EXPECT_EQ(level_of(usdc{99'999'999}, marks), buffer_level::low);
  EXPECT_EQ(level_of(200_usdc, marks), buffer_level::fine);
  EXPECT_EQ(level_of(usdc{399'999'999}, marks), buffer_level::fine);
  EXPECT_EQ(level_of(400_usdc, marks), buffer_level::high);
}

TEST(Inventory, WithoutOutflowTheBufferNeverEmpties) {
  const auto f = at(300_usdc, {});
  EXPECT_FALSE(f.measured);
  EXPECT_EQ(f.seconds_to_low, buffer_forecast::never);
  EXPECT_EQ(f.seconds_to_empty, buffer_forecast::never);
  EXPECT_EQ(f.recommended_by_outflow, 0_usdc);
  auto back = a_cent_a_second();
  back.out_hour = {-5};
  EXPECT_TRUE(at(300_usdc, back).measured);
  EXPECT_EQ(at(300_usdc, back).seconds_to_empty, buffer_forecast::never) << "more comes than goes";
}

TEST(Inventory, TimesFollowFromTheMeasuredOutflow) {
  const auto f = at(300_usdc, a_cent_a_second());
  EXPECT_EQ(f.out_per_hour, 36_usdc);
  EXPECT_EQ(f.seconds_to_low, 20'000);
  EXPECT_EQ(f.seconds_to_empty, 30'000);
  EXPECT_EQ(f.recommended_by_outflow, 600'000_micro) << "a minute of it";
  EXPECT_EQ(at(50_usdc, a_cent_a_second()).seconds_to_low, 0);
}

TEST(Inventory, TheWorseOfTwoWindowsCounts) {
  auto flows = a_cent_a_second();
  flows.out_day = 1'728_usdc;  // 72 an hour
  flows.day_seconds = 86'400;
  EXPECT_EQ(at(300_usdc, flows).out_per_hour, 72_usdc);
  flows.day_seconds = 0;
  EXPECT_EQ(at(300_usdc, flows).out_per_hour, 36_usdc) << "what is not measured says nothing";
}

TEST(Inventory, ArrivalsCountFromTheirTimeOn) {
  auto flows = a_cent_a_second();
  flows.arrivals = {{50_usdc, in(10'000)}};
  EXPECT_EQ(at(300_usdc, flows).arriving, 50_usdc);
  EXPECT_EQ(at(300_usdc, flows).seconds_to_low, 25'000) << "in time";
  flows.arrivals = {{50_usdc, in(20'001)}};
  EXPECT_EQ(at(300_usdc, flows).seconds_to_low, 20'000) << "a second too late";
  EXPECT_EQ(at(300_usdc, flows).seconds_to_empty, 35'000) << "but before it is empty";
  flows.arrivals = {{50_usdc, in(-1)}};
  EXPECT_EQ(at(300_usdc, flows).seconds_to_low, 20'000) << "overdue: nobody knows when";
  flows.arrivals = {{50_usdc, in(18'000)}, {50_usdc, in(9'000)}};
  EXPECT_EQ(at(300_usdc, flows).seconds_to_low, 30'000) << "in any order";
}

TEST(Inventory, MoneyIsNeededWhenItIsLowOrWillBeBeforeTheSlowestRouteBrings) {
  EXPECT_EQ(need_of(at(500_usdc, {})), money_need::usual);
  EXPECT_EQ(need_of(at(150_usdc, {})), money_need::soon);
  EXPECT_EQ(need_of(at(50_usdc, {})), money_need::at_once);
  EXPECT_EQ(need_of(at(300_usdc, a_cent_a_second(), 19'999)), money_need::usual);
  EXPECT_EQ(need_of(at(300_usdc, a_cent_a_second(), 20'000)), money_need::at_once);
}

TEST(Inventory, LowAllowsNoTimeHighAnyAndBetweenThemUntilItIsLow) {
  EXPECT_EQ(seconds_allowed(at(50_usdc, a_cent_a_second())), 0);
  EXPECT_EQ(seconds_allowed(at(300_usdc, a_cent_a_second())), 20'000);
  EXPECT_EQ(seconds_allowed(at(150_usdc, {})), buffer_forecast::never);
  EXPECT_EQ(seconds_allowed(at(400_usdc, a_cent_a_second())), buffer_forecast::never);
  EXPECT_EQ(seconds_allowed({}), buffer_forecast::never) << "unknown is no reason to hurry";
}

/// Step by step, second by second, the same answer; and no arrival makes it worse.
TEST(Inventory, TheForecastIsWhatHappens) {
  std::mt19937_64 rng{3};
  for (int round = 0; round < 2'000; ++round) {
    buffer_flows flows;
    flows.out_hour = {static_cast<std::int64_t>(rng() % 4) * 3'600'000'000};  // 0 to 3 a second
    flows.hour_seconds = 3'600;
    const usdc available{static_cast<std::int64_t>(rng() % 300) * 1'000'000};
    const auto without = at(available, flows);
    for (std::size_t i = 0; i < rng() % 4; ++i)
      flows.arrivals.push_back({{static_cast<std::int64_t>(rng() % 100) * 1'000'000},
                                in(1 + static_cast<std::int64_t>(rng() % 200))});
    const auto f = at(available, flows);
    const auto rate = flows.out_hour.micro / 3'600;
    std::int64_t level = available.micro;
    std::int64_t crossed = level < 0 ? 0 : buffer_forecast::never;
    for (std::int64_t t = 1; t <= 2'000 && crossed == buffer_forecast::never; ++t) {
      level -= rate;
      if (level < 0) crossed = t - 1;  // it was zero a second ago, at the latest
      for (const auto& a : flows.arrivals)
        if (a.at == in(t)) level += a.amount.micro;
    }
    if (rate == 0) {
      EXPECT_EQ(f.seconds_to_empty, buffer_forecast::never);
    } else {
      EXPECT_NEAR(static_cast<double>(f.seconds_to_empty), static_cast<double>(crossed), 1.0);
      EXPECT_GE(f.seconds_to_empty, without.seconds_to_empty);
    }
  }
}

}  // namespace
}  // namespace headroom
