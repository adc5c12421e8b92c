#include "domain/time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace headroom {
namespace {

TEST(Time, ReadsRfc3339WithZonesAndFractions) {
  struct row {
    const char* text;
    std::int64_t us;
  };
  constexpr row table[] = {
      {"1970-01-01T00:00:01Z", 1'000'000},
      {"2026-11-21T04:31:05.250Z", 1'795'235'465'250'000},
      {"2026-11-21t04:31:05.25z", 1'795'235'465'250'000},
      {"2026-11-21T05:31:05.25+01:00", 1'795'235'465'250'000},
      {"2026-11-20T23:01:05.250-05:30", 1'795'235'465'250'000},
      {"2026-11-21T04:31:05.250000999Z", 1'795'235'465'250'000},  // rounded down
      {"2026-11-21T04:31:05.000001Z", 1'795'235'465'000'001},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000'000},  // leap day
      {"2000-02-29T23:59:59Z", 951'868'799'000'000},    // a century that is one
      {"9999-12-31T23:59:59Z", 253'402'300'799'000'000},
  };
  for (const auto& [text, us] : table) {
    const auto t = parse_rfc3339(text);
    ASSERT_TRUE(t) << text;
    EXPECT_EQ(t->us, us) << text;
  }
}

TEST(Time, RefusesWhatIsNoMoment) {
  for (const char* text : {"",
                           "2026-11-21",
                           "2026-11-21T04:31Z",
                           "2026-11-21T04:31:05",
                           "2026-11-21 04:31:05Z",
                           "2026-11-21T04:31:05.Z",
                           "2026-11-21T04:31:05.0123456789Z",
                           "2026-11-21T04:31:05Z ",
                           " 2026-11-21T04:31:05Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2025-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T23:60:00Z",
                           "2026-11-21T23:59:60Z",
                           "1969-12-31T23:59:59Z",
                           "2026-11-21T04:31:05+0100",
                           "2026-11-21T04:31:05+24:00",
                           "2026-11-21T04:31:05+01:60",
                           "2026-11-21T04:31:05+1:00",
                           "2026-11-21T04:31:05ZZ",
                           "26-11-21T04:31:05Z",
                           "12026-11-21T04:31:05Z",
                           "+2026-11-21T04:31:05Z",
                           "2026-1-21T04:31:05Z",
                           "2026-11-21T-4:31:05Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << '"' << text << '"';
}

TEST(Time, PrintsUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339({1'795'235'465'250'999}), "2026-11-21T04:31:05.250Z");
  EXPECT_EQ(to_rfc3339(timestamp::of_seconds(1'709'164'800)), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({}), "1970-01-01T00:00:00.000Z");
}

TEST(Time, WhatIsPrintedIsReadBackToTheMillisecond) {
  std::mt19937_64 rng{5};
  for (int i = 0; i < 5'000; ++i) {
    const timestamp t{static_cast<std::int64_t>(rng() % 253'402'300'799'000ULL) * 1'000};
    ASSERT_EQ(parse_rfc3339(to_rfc3339(t)), t) << t.us;
  }
}

TEST(Time, KnowsWhetherItIsSetAndMoves) {
  EXPECT_FALSE(timestamp{}.is_set());
  EXPECT_EQ(timestamp::of_seconds(2).plus(std::chrono::milliseconds{250}).us, 2'250'000);
  EXPECT_EQ(timestamp{2'999'999}.seconds(), 2);
}

}  // namespace
}  // namespace headroom
