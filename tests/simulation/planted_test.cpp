#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cerrno>  // program_invocation_short_name
#include <iostream>

#include "tests/simulation/world.hpp"

namespace headroom::test {
namespace {

constexpr std::uint64_t most_schedules = 3'000;

/// This program has one defect, which its name says, compiled into the code under test.
TEST(Planted, TheDefectIsFoundAndReplays) {
  spdlog::set_level(spdlog::level::off);
  for (std::uint64_t seed = 1; seed <= most_schedules; ++seed) {
    const auto r = run_schedule(seed);
    if (r.violation.empty()) continue;
    std::cout << program_invocation_short_name << " at seed " << seed << ": " << r.violation
              << "\n";
    EXPECT_EQ(run_schedule(seed).violation, r.violation);
    return;
  }
  FAIL() << most_schedules << " schedules did not notice " << program_invocation_short_name;
}

}  // namespace
}  // namespace headroom::test
