#include "domain/backoff.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheLongest) {
  EXPECT_EQ(backoff(100ms, 0, 1s), 100ms);
  EXPECT_EQ(backoff(100ms, 1, 1s), 200ms);
  EXPECT_EQ(backoff(100ms, 3, 1s), 800ms);
  EXPECT_EQ(backoff(100ms, 4, 1s), 1s);
  EXPECT_EQ(backoff(1ms, 13, 24h), 8'192ms) << "no bound but the longest";
}

TEST(Backoff, IsNeverAboveTheLongestHoweverOftenItWasTried) {
  EXPECT_EQ(backoff(100ms, UINT32_MAX, 1s), 1s);
  EXPECT_EQ(backoff(1ms, UINT32_MAX, 24h), 24h);
  EXPECT_EQ(backoff(2s, 0, 1s), 1s);
  EXPECT_EQ(backoff(0ms, UINT32_MAX, 1s), 0ms);
}

TEST(Backoff, JitterTakesAtMostHalfOfItAndReachesBothEnds) {
  EXPECT_EQ(jittered(100ms, 0), 50ms);
  EXPECT_EQ(jittered(100ms, 50), 100ms);
  EXPECT_EQ(jittered(101ms, 0), 51ms);
  EXPECT_EQ(jittered(101ms, 50), 101ms);
  for (const auto wait : {0ms, 1ms, 2ms, 999ms, 60'000ms})
    for (const std::uint64_t noise : {0ULL, 1ULL, 7ULL, 12'345ULL, ~0ULL}) {
      EXPECT_GE(jittered(wait, noise) * 2, wait);
      EXPECT_LE(jittered(wait, noise), wait);
    }
}

}  // namespace
}  // namespace headroom
