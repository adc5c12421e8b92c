#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "actors/actor_snapshots.hpp"
#include "actors/open_requests.hpp"
#include "actors/watching.hpp"
#include "tests/simulation/world.hpp"

namespace headroom::test {
namespace {

struct Simulation : testing::Test {
  void SetUp() override {
    spdlog::set_level(std::getenv("HEADROOM_SIM_LOG") ? spdlog::level::info : spdlog::level::off);
  }
  void TearDown() override { spdlog::set_level(spdlog::level::info); }
};

/// HEADROOM_SIM_SEED=n replays one schedule; HEADROOM_SIM_SCHEDULES=n runs another number of them,
/// from HEADROOM_SIM_FIRST=n on.
std::uint64_t from_env(const char* name, std::uint64_t fallback) {
  const auto* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

TEST_F(Simulation, EveryScheduleEndsWithTheBooksOfTheModel) {
  const auto first = from_env("HEADROOM_SIM_SEED", from_env("HEADROOM_SIM_FIRST", 1));
  const auto count =
      std::getenv("HEADROOM_SIM_SEED") != nullptr ? 1 : from_env("HEADROOM_SIM_SCHEDULES", 10'000);
  schedule_result sum;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto r = run_schedule(seed);
    ASSERT_EQ(r.violation, "") << "replay with HEADROOM_SIM_SEED=" << seed;
    sum.steps += r.steps;
    sum.crashes += r.crashes;
    sum.kills += r.kills;
    sum.filled += r.filled;
    sum.failed += r.failed;
    sum.refused += r.refused;
    sum.paid += r.paid;
    sum.unpaid += r.unpaid;
    sum.withdrawn += r.withdrawn;
    sum.given_back += r.given_back;
    sum.usurped += r.usurped;
    sum.moved += r.moved;
    sum.returned += r.returned;
    sum.replaced += r.replaced;
    sum.transactions += r.transactions;
    sum.reorganisations += r.reorganisations;
  }
  std::cout << count << " schedules: " << sum.steps << " steps, " << sum.crashes << " crashes, "
            << sum.kills << " kills, bets filled " << sum.filled << " failed " << sum.failed
            << " refused " << sum.refused << ", payments made " << sum.paid << " and never made "
            << sum.unpaid << ", withdrawals paid " << sum.withdrawn << " given back "
            << sum.given_back << " usurped " << sum.usurped << ", moved " << sum.moved << " times, "
            << sum.returned << " came back, " << sum.replaced << " replaced, " << sum.transactions
            << " transactions, " << sum.reorganisations << " reorganisations\n";
  // The schedules must have been worth running.
  if (count < 100) return;
  EXPECT_GT(sum.crashes, count);
  EXPECT_GT(sum.kills, count);
  EXPECT_GT(sum.filled, count);
  EXPECT_GT(sum.failed, count / 2);
  EXPECT_GT(sum.refused, count / 2);
  EXPECT_GT(sum.paid, count);
  EXPECT_GT(sum.unpaid, count / 4);
  EXPECT_GT(sum.withdrawn, count);
  EXPECT_GT(sum.given_back, count / 4);
  EXPECT_GT(sum.usurped, count / 20);
  EXPECT_GT(sum.moved, count);
  EXPECT_GT(sum.returned, count / 10);
  EXPECT_GT(sum.replaced, count / 100);
  EXPECT_GT(sum.transactions, 2 * count);
  EXPECT_GT(sum.reorganisations, count);
}

TEST_F(Simulation, ASeedReplaysExactly) {
  for (const std::uint64_t seed : {3U, 77U, 4242U}) {
    const auto a = run_schedule(seed);
    const auto b = run_schedule(seed);
    EXPECT_EQ(a.trace, b.trace) << seed;
    EXPECT_EQ(a.steps, b.steps) << seed;
  }
  EXPECT_NE(run_schedule(5).trace, run_schedule(6).trace);
}

/// Whoever looks changes nothing: with the inspector's notes off, and with all of them on while a
/// trace is open and a thread walks over the actors all the time. HEADROOM_SIM_WATCHED=n compares
/// another number of schedules.
TEST_F(Simulation, WatchingChangesNeitherOrderNorBooks) {
  using namespace actors;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> walks{0};
  std::thread viewer{[&] {
    for (actor_snapshots all; !done.load(); ++walks) {
      all.refresh(std::chrono::nanoseconds{0});
      (void)all.page({});
      (void)open_requests::instance().list();
    }
  }};
  std::uint64_t heard = 0;
  const auto count = from_env("HEADROOM_SIM_WATCHED", 50);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    set_watching(false);
    const auto off = run_schedule(seed);
    set_watching(true);
    const auto tap = std::make_shared<message_tap>(tap_filter{}, 1'000'000'000);
    message_taps::instance().open(tap);
    const auto on = run_schedule(seed);
    message_taps::instance().close(tap);
    heard += tap->take().events.size();
    EXPECT_EQ(on.trace, off.trace) << seed;
    EXPECT_EQ(on.steps, off.steps) << seed;
    EXPECT_EQ(on.books, off.books) << seed;
  }
  done.store(true);
  viewer.join();
  EXPECT_GT(heard, count) << "the trace was open";
  EXPECT_GT(walks.load(), 0U);
  EXPECT_NE(run_schedule(1).books, run_schedule(2).books) << "the digest tells books apart";
}

}  // namespace
}  // namespace headroom::test
