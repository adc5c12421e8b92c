#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cerrno>  // program_invocation_short_name
#include <iostream>

#include "tests/payout/story.hpp"

namespace headroom::test {
namespace {

constexpr std::uint64_t most_stories = 5;

/// This program has one defect, which its name says, compiled into the code under test.
TEST(PlantedPayout, TheDefectIsFound) {
  spdlog::set_level(spdlog::level::off);
  for (std::uint64_t seed = 1; seed <= most_stories; ++seed) {
    story_scale scale;
    scale.seed = seed;
    scale.bets = 600;
    scale.markets = 20;
    scale.neg_risk = 5;
    scale.split = 4;
    scale.users = 20;
    scale.crashes = 1;
    story s{scale};
    const auto wrong = s.tell();
    if (wrong.empty()) continue;
    std::cout << program_invocation_short_name << " at seed " << seed << ": " << wrong << "\n";
    return;
  }
  FAIL() << most_stories << " stories did not notice " << program_invocation_short_name;
}

}  // namespace
}  // namespace headroom::test
