#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "tests/payout/story.hpp"

namespace headroom::test {
namespace {

std::uint64_t from_env(const char* name, std::uint64_t fallback) {
  const auto* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

struct Payout : testing::Test {
  void SetUp() override {
    spdlog::set_level(std::getenv("HEADROOM_STORY_LOG") ? spdlog::level::info : spdlog::level::off);
  }
  void TearDown() override { spdlog::set_level(spdlog::level::info); }
};

/// How many of `all` are so.
template <class All, class So>
std::size_t count(const All& all, So so) {
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), so));
}

TEST_F(Payout, TenThousandBetsInTwoHundredMarketsArePaidOutToTheMicro) {
  story_scale scale;
  scale.seed = from_env("HEADROOM_STORY_SEED", scale.seed);
  scale.bets = from_env("HEADROOM_STORY_BETS", scale.bets);
  const auto began = std::chrono::steady_clock::now();
  story s{scale};
  ASSERT_EQ(s.tell(), "") << "replay with HEADROOM_STORY_SEED=" << scale.seed;

  const auto& books = s.books();
  const auto won = count(books.bets, [](const bet& b) { return b.payout.is_positive(); });
  const auto settled =
      count(books.bets, [](const bet& b) { return b.status == bet_status::settled; });
  const auto split =
      count(books.bets, [](const bet& b) { return b.result == settlement_result::split; });
  const auto failed =
      count(books.bets, [](const bet& b) { return b.status == bet_status::failed; });
  const auto sold = count(books.sales, [](const sale& x) { return x.status == sale_status::sold; });
  const auto twice =
      count(books.settlements, [](const settlement& x) { return x.redemptions.size() > 1; });
  const auto sold_out =
      count(books.positions, [](const position& p) { return p.shares.micro == 0; });
  const auto& c = s.counts();
  const auto took =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  std::cout << books.bets.size() << " bets: " << failed << " failed, " << settled << " settled, "
            << won << " paid, " << split << " split; " << books.sales.size() << " sales, " << sold
            << " sold, " << sold_out << " positions sold out; " << books.settlements.size()
            << " settlements, " << twice << " redeemed more than once; revenue "
            << to_string(books.totals.revenue) << ", venue loss "
            << to_string(books.totals.venue_loss) << "; " << c.steps << " steps, " << c.kills
            << " kills, " << c.commits << " commits, " << c.failed_commits
            << " of them lost or refused, " << (c.ended_at.us - story_begins_us) / 1'000'000
            << " s in " << took.count() << " s\n";
  // The story must have been worth telling.
  EXPECT_EQ(books.bets.size(), scale.bets);
  if (scale.bets < 10'000) return;
  EXPECT_GT(settled, scale.bets / 2);
  EXPECT_GT(won, scale.bets / 5);
  EXPECT_GT(split, scale.bets / 100);
  EXPECT_GT(failed, scale.bets / 20);
  EXPECT_GT(sold, scale.bets / 10);
  EXPECT_GT(books.settlements.size(), scale.markets * 9 / 10);
  EXPECT_GT(sold_out, scale.bets / 1000);
  EXPECT_GT(twice, 0U);
  EXPECT_TRUE(books.totals.revenue.is_positive());
  EXPECT_TRUE(books.totals.venue_loss.is_positive());
  EXPECT_GT(c.kills, scale.bets / 100);
  EXPECT_GT(c.failed_commits, scale.bets / 100);
}

}  // namespace
}  // namespace headroom::test
