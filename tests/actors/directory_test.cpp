#include "actors/directory.hpp"

#include "actors/query_actor.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

struct Directory : Core {
  query_actor start_public_query() {
    auto h = keep(system.spawn(query_behavior, &reader));
    dir.set_public_query(h);
    return h;
  }
};

TEST_F(Directory, TheFrontReadsElsewhereThanTheHouse) {
  const auto own = start_query();
  EXPECT_FALSE(dir.public_query()) << "no list falls back on the connection that money needs";
  const auto open = start_public_query();
  EXPECT_EQ(dir.get<query_actor>(), own);
  EXPECT_EQ(dir.public_query(), open);
}

TEST_F(Directory, ForgetsTheOneThatEndedAndNobodyElse) {
  payment.payment.chain_id = 9745;
  const auto journal = start_journal();
  const auto own = start_query();
  const auto open = start_public_query();
  const auto purse = start_wallet();
  dir.forget(open.id());
  EXPECT_FALSE(dir.public_query());
  EXPECT_EQ(dir.get<query_actor>(), own);
  dir.forget(own.id());
  EXPECT_FALSE(dir.get<query_actor>());
  EXPECT_EQ(dir.wallet(9745), purse);
  dir.forget(purse.id());
  EXPECT_FALSE(dir.wallet(9745));
  EXPECT_EQ(dir.get<journal_actor>(), journal);
}

TEST_F(Directory, ALateWordOfADeathLeavesTheSuccessorAlone) {
  const auto old = start_journal();
  const auto next = start_journal();
  dir.forget(old.id());
  EXPECT_EQ(dir.get<journal_actor>(), next);
}

TEST_F(Directory, ReportsAreReadElsewhereToo) {
  const auto open = start_public_query();
  EXPECT_FALSE(dir.reports());
  const auto reports = keep(system.spawn(reports_behavior, &reader));
  dir.set_reports(reports);
  EXPECT_EQ(dir.reports(), reports);
  EXPECT_EQ(dir.public_query(), open);
  dir.forget(reports.id());
  EXPECT_FALSE(dir.reports());
}

TEST_F(Directory, EveryBalanceIsInOnePart) {
  start_journal();
  for (int n = 0; n < 200; ++n) EXPECT_TRUE(dir.balance_of(user(n)));
  std::size_t sum = 0;
  for (std::size_t part = 0; part < directory::balance_parts; ++part)
    sum += dir.balances_of_part(part).size();
  EXPECT_EQ(sum, 200U);
  EXPECT_EQ(dir.all_balances().size(), 200U);
}

TEST_F(Directory, OnceClosedItHoldsNobody) {
  start_journal();
  start_query();
  start_public_query();
  start_wallet();
  const auto owner = dir.balance_of(user(1));
  const auto placing = dir.open_bet(bet_at(1));
  const auto paying = dir.open_deposit();
  dir.close();
  EXPECT_FALSE(dir.get<journal_actor>());
  EXPECT_FALSE(dir.get<query_actor>());
  EXPECT_FALSE(dir.public_query());
  EXPECT_FALSE(dir.wallet(payment.payment.chain_id));
  EXPECT_EQ(dir.balance_count() + dir.live_bets(), 0U);
  EXPECT_TRUE(dir.all_balances().empty() && dir.all_bets().empty() && dir.all_deposits().empty());
  kill(owner);  // says goodbye to a directory that does not know it
  kill(placing);
  kill(paying);
  EXPECT_EQ(dir.balance_count() + dir.live_bets(), 0U);
}

}  // namespace
}  // namespace headroom::test
