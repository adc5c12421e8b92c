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
  const wallet_account who{9745, payment.payment.to};
  EXPECT_EQ(dir.wallet(who), purse);
  dir.forget(purse.id());
  EXPECT_FALSE(dir.wallet(who));
  EXPECT_EQ(dir.get<journal_actor>(), journal);
}

TEST_F(Directory, AWalletIsFoundByItsChainAndItsAccount) {
  const auto first = keep(system.spawn(scripted_wallet, &wallet));
  const auto second = keep(system.spawn(scripted_wallet, &wallet));
  dir.set_wallet({137, user(1)}, first);
  dir.set_wallet({137, user(2)}, second);
  EXPECT_EQ(dir.wallet({137, user(1)}), first);
  EXPECT_EQ(dir.wallet({137, user(2)}), second);
  EXPECT_FALSE(dir.wallet({9745, user(1)}));
  EXPECT_FALSE(dir.relayer(137)) << "two accounts, and nobody has said which of them pays";
  dir.set_relayer({137, user(2)});
  EXPECT_EQ(dir.relayer(137), second);
  dir.forget(second.id());
  EXPECT_FALSE(dir.relayer(137)) << "the other account signs for itself alone";
  EXPECT_EQ(dir.wallet({137, user(1)}), first);
}

TEST_F(Directory, ARouteThatIsStartedAnewIsStillOneOfOurs) {
  route_script other;
  other.name = "another";
  const auto first = start_route();
  const auto second = start_route(other);
  EXPECT_EQ(dir.route(route.name), first);
  EXPECT_EQ(dir.route("another"), second);
  dir.forget(second.id());
  EXPECT_FALSE(dir.route("another"));
  EXPECT_FALSE(dir.route("nowhere"));
  EXPECT_EQ(dir.route_names(), (std::vector<std::string>{"another", "scripted"}));
  EXPECT_EQ(dir.route(route.name), first);
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
  start_route();
  const auto owner = dir.balance_of(user(1));
  const auto placing = dir.open_bet(bet_at(1));
  const auto paying = dir.open_deposit();
  dir.close();
  EXPECT_FALSE(dir.get<journal_actor>());
  EXPECT_FALSE(dir.get<query_actor>());
  EXPECT_FALSE(dir.public_query());
  EXPECT_FALSE(dir.relayer(payment.payment.chain_id));
  EXPECT_FALSE(dir.route(route.name));
  EXPECT_EQ(dir.balance_count() + dir.live_bets(), 0U);
  EXPECT_TRUE(dir.all_balances().empty() && dir.all_bets().empty() && dir.all_deposits().empty());
  kill(owner);  // says goodbye to a directory that does not know it
  kill(placing);
  kill(paying);
  EXPECT_EQ(dir.balance_count() + dir.live_bets(), 0U);
}

}  // namespace
}  // namespace headroom::test
