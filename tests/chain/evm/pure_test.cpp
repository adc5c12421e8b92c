#include <gtest/gtest.h>

#include "chain/evm/finality.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/market.hpp"
#include "chain/treasury/route_detail.hpp"
#include "net/asker_budgets.hpp"
#include "net/rate_limit.hpp"

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;

TEST(RouteDetail, SurvivesItsText) {
  const route_detail d{keccak256("guid"), 123, "waits: execution reverted", 99};
  const auto back = route_detail::parse(d.text());
  EXPECT_EQ(back.guid, d.guid);
  EXPECT_EQ(back.from_block, d.from_block);
  EXPECT_EQ(back.note, d.note);
  EXPECT_EQ(back.since_block, d.since_block);
}

TEST(RouteDetail, ReadsWhatItCanOfAnything) {
  for (const auto* text : {"", "from=", "from=12x", "guid=0x12", "x=1  y", "note=", "from=-1"}) {
    const auto d = route_detail::parse(text);
    EXPECT_TRUE(d.guid.is_zero()) << text;
    EXPECT_FALSE(d.from_block) << text;
  }
}

rpc_result block_result(std::uint64_t number) {
  rpc_result r;
  r.status = rpc_status::ok;
  r.value = {
      {"number", eth::quantity(number)}, {"hash", keccak256("b").hex()}, {"timestamp", "0x10"}};
  return r;
}

TEST(Finality, DepthOrTheNodesOwnWordWhicheverComesFirst) {
  const finality_rule rule{10, final_by::either};
  EXPECT_EQ(read_head(rule, std::vector{block_result(100), block_result(80)})->final_number, 90U);
  EXPECT_EQ(read_head(rule, std::vector{block_result(100), block_result(98)})->final_number, 98U);
  EXPECT_EQ(read_head(rule, std::vector{block_result(100), rpc_result{}})->final_number, 90U);
  EXPECT_EQ(read_head(rule, std::vector{block_result(5), rpc_result{}})->final_number, 0U);
  EXPECT_FALSE(read_head(rule, std::vector{rpc_result{}, block_result(98)}));
  EXPECT_EQ(read_head({0, final_by::confirmations}, std::vector{block_result(7)})->final_number,
            7U);
}

/// The newest block is 100, and 90 is deep enough.
TEST(Finality, IsBoundToTheWordThatIsDemanded) {
  struct row {
    final_by word;
    std::optional<std::uint64_t> tag;
    std::uint64_t final_number;
  };
  constexpr row table[] = {
      {final_by::confirmations, 98, 90},
      {final_by::confirmations, std::nullopt, 90},
      {final_by::either, 98, 98},
      {final_by::either, 80, 90},
      {final_by::either, std::nullopt, 90},
      {final_by::tag, 98, 98},
      {final_by::tag, 80, 80},
      {final_by::tag, std::nullopt, 0},
      {final_by::both, 98, 90},
      {final_by::both, 80, 80},
      {final_by::both, std::nullopt, 0},
  };
  for (const auto& x : table) {
    const finality_rule rule{10, x.word};
    std::vector answers{block_result(100)};
    if (head_calls(rule).size() > 1) answers.push_back(x.tag ? block_result(*x.tag) : rpc_result{});
    EXPECT_EQ(read_head(rule, answers)->final_number, x.final_number)
        << to_string(x.word) << " " << x.tag.value_or(0);
  }
}

TEST(Finality, TheTagIsAskedForWhereItCounts) {
  EXPECT_EQ(head_calls({12, final_by::confirmations}).size(), 1U);
  for (const auto word : {final_by::tag, final_by::either, final_by::both})
    EXPECT_EQ(head_calls({12, word}).size(), 2U) << to_string(word);
}

TEST(RateLimit, GivesTheBurstThenTheRate) {
  net::rate_limit limit{10, 3};
  auto now = net::rate_limit::time_point{} + 1h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(now));
  EXPECT_FALSE(limit.take(now));
  EXPECT_LE(limit.wait(now), 101ms);
  now += limit.wait(now);
  EXPECT_TRUE(limit.take(now));
  EXPECT_FALSE(limit.take(now));
}

TEST(AskerBudgets, AreApartAndForgetWhoIsFull) {
  net::asker_budgets budgets{1, 2, 3};
  auto now = net::rate_limit::time_point{} + 1h;
  for (const auto* who : {"a", "b", "c"}) {
    EXPECT_EQ(budgets.take(who, now), 0ms);
    EXPECT_EQ(budgets.take(who, now), 0ms);
    EXPECT_GT(budgets.take(who, now), 0ms);
  }
  EXPECT_EQ(budgets.take("d", now), 1s) << "no room: all three used theirs just now";
  now += 2s;
  EXPECT_EQ(budgets.take("d", now), 0ms);
  EXPECT_EQ(budgets.size(), 1U) << "the others had theirs back";
}

constexpr auto body = R"({"c":"0xabc","t":[{"t":"7","o":"Yes"},{"t":"8","o":"No"}],"mts":0.001,
  "nr":true,"ao":true,"fd":{"r":0.05,"e":1,"to":true}})";

TEST(Market, IsReadForAListedTokenOnly) {
  const auto m = polymarket::read_market(body, uint256::of(8));
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->neg_risk);
  EXPECT_EQ(m->ticks.tick, 1'000_micro);
  EXPECT_EQ(m->fees.rate_micro, 50'000);
  EXPECT_FALSE(polymarket::read_market(body, uint256::of(9)));
  for (const auto* bad :
       {"", "[]", "{}", R"({"c":"x","t":[{"t":"8"}]})", R"({"c":"x","t":[{"t":"8"}],"mts":0})",
        R"({"c":"x","t":[{"t":"8"}],"mts":"1.5"})",
        R"({"c":"x","t":[{"t":"8"}],"mts":0.01,"fd":{"r":2,"e":1}})"})
    EXPECT_FALSE(polymarket::read_market(bad, uint256::of(8))) << bad;
}

TEST(Market, BudgetCoversStakeAndWorstFee) {
  const auto m = *polymarket::read_market(body, uint256::of(7));
  for (std::int64_t budget = 1'000'000; budget < 30'000'000; budget += 333'331)
    for (const auto cap : {1'000_micro, 355'000_micro, 500'000_micro, 999'000_micro}) {
      const auto p = polymarket::price_buy(usdc{budget}, cap, m);
      if (!p) continue;
      EXPECT_LE(p->amounts.maker + p->max_fee.micro, budget);
      EXPECT_GE(p->amounts.maker, 1'000'000);
      EXPECT_EQ(p->amounts.maker % 10'000, 0);
      EXPECT_EQ(p->amounts.taker % 100, 0);
    }
  EXPECT_FALSE(polymarket::price_buy(1_usdc, 355'000_micro, m)) << "the fee does not fit";
}

}  // namespace
}  // namespace headroom::chain
