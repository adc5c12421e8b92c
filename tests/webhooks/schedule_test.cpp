#include "webhooks/schedule.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using webhooks::wait_after;

TEST(WebhookSchedule, TenTriesWithinSeventyFiveHours) {
  std::chrono::milliseconds all{0};
  std::uint32_t tries = 1;
  for (auto wait = wait_after(tries, 1, 0, {}); wait; wait = wait_after(++tries, 1, 0, {}))
    all += *wait;
  EXPECT_EQ(tries, 10U);
  EXPECT_EQ(all, 75h + 35min + 5s);
  EXPECT_FALSE(wait_after(10, 1, 0, {}));
  EXPECT_FALSE(wait_after(4'000'000'000, 1, 0, {}));
}

TEST(WebhookSchedule, IsTheStandardsExample) {
  EXPECT_EQ(wait_after(1, 1, 0, {}), 5s);
  EXPECT_EQ(wait_after(2, 1, 0, {}), 5min);
  EXPECT_EQ(wait_after(3, 1, 0, {}), 30min);
  EXPECT_EQ(wait_after(9, 1, 0, {}), 24h);
}

TEST(WebhookSchedule, NoiseAddsATenthAtMost) {
  for (const std::uint64_t noise : {0ULL, 1ULL, 999ULL, 1'000ULL, ~0ULL}) {
    const auto wait = wait_after(3, 1, noise, {}).value();
    EXPECT_GE(wait, 30min);
    EXPECT_LT(wait, 33min);
  }
  EXPECT_GT(wait_after(3, 1, 999, {}), wait_after(3, 1, 1, {}));
}

TEST(WebhookSchedule, APaceMakesItShorter) {
  EXPECT_EQ(wait_after(2, 0.001, 0, {}), 300ms);
  EXPECT_EQ(wait_after(9, 0.001, 0, {}), 86'400ms);
}

TEST(WebhookSchedule, RetryAfterIsWaitedForWithinItsBound) {
  EXPECT_EQ(wait_after(1, 1, 0, 90s), 90s);
  EXPECT_EQ(wait_after(3, 1, 0, 90s), 30min) << "the schedule's is longer";
  EXPECT_EQ(wait_after(1, 1, 0, 24h), 6h) << "nobody parks a delivery for ever";
  EXPECT_EQ(wait_after(1, 1, 0, 0s), 5s);
}

}  // namespace
}  // namespace headroom::test
