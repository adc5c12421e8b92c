#include "actors/directory.hpp"

#include "actors/query_actor.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

struct Directory : Core {
  query_actor start_public_query() {
    auto h = keep(system.spawn(query_behavior, &reader));
    dir.handles.set_public_query(h);
    return h;
  }
};

TEST_F(Directory, TheFrontReadsElsewhereThanTheHouse) {
  const auto own = start_query();
  EXPECT_FALSE(dir.handles.public_query())
      << "no list falls back on the connection that money needs";
  const auto open = start_public_query();
  EXPECT_EQ(dir.handles.get<query_actor>(), own);
  EXPECT_EQ(dir.handles.public_query(), open);
}

TEST_F(Directory, ForgetsTheOneThatEndedAndNobodyElse) {
  payment.payment.chain_id = 9745;
  const auto journal = start_journal();
  const auto own = start_query();
  const auto open = start_public_query();
  const auto purse = start_wallet();
  dir.handles.forget(key_of(open));
  EXPECT_FALSE(dir.handles.public_query());
  EXPECT_EQ(dir.handles.get<query_actor>(), own);
  dir.handles.forget(key_of(own));
  EXPECT_FALSE(dir.handles.get<query_actor>());
  const wallet_account who{9745, payment.payment.to};
  EXPECT_EQ(dir.handles.wallet(who), purse);
  dir.handles.forget(key_of(purse));
  EXPECT_FALSE(dir.handles.wallet(who));
  EXPECT_EQ(dir.handles.get<journal_actor>(), journal);
}

TEST_F(Directory, AWalletIsFoundByItsChainAndItsAccount) {
  const auto first = keep(system.spawn(scripted_wallet, &wallet));
  const auto second = keep(system.spawn(scripted_wallet, &wallet));
  dir.handles.set_wallet({137, user(1)}, first);
  dir.handles.set_wallet({137, user(2)}, second);
  EXPECT_EQ(dir.handles.wallet({137, user(1)}), first);
  EXPECT_EQ(dir.handles.wallet({137, user(2)}), second);
  EXPECT_FALSE(dir.handles.wallet({9745, user(1)}));
  EXPECT_FALSE(dir.handles.relayer(137)) << "two accounts, and nobody has said which of them pays";
  dir.handles.set_relayer({137, user(2)});
  EXPECT_EQ(dir.handles.relayer(137), second);
  dir.handles.forget(key_of(second));
  EXPECT_FALSE(dir.handles.relayer(137)) << "the other account signs for itself alone";
  EXPECT_EQ(dir.handles.wallet({137, user(1)}), first);
}

TEST_F(Directory, ARouteThatIsStartedAnewIsStillOneOfOurs) {
  route_script other;
  other.name = "another";
  const auto first = start_route();
  const auto second = start_route(other);
  EXPECT_EQ(dir.handles.route(route.name), first);
  EXPECT_EQ(dir.handles.route("another"), second);
  dir.handles.forget(key_of(second));
  EXPECT_FALSE(dir.handles.route("another"));
  EXPECT_FALSE(dir.handles.route("nowhere"));
  EXPECT_EQ(dir.handles.route_names(), (std::vector<std::string>{"another", "scripted"}));
  EXPECT_EQ(dir.handles.route(route.name), first);
}

TEST_F(Directory, ALateWordOfADeathLeavesTheSuccessorAlone) {
  const auto old = start_journal();
  const auto next = start_journal();
  dir.handles.forget(key_of(old));
  EXPECT_EQ(dir.handles.get<journal_actor>(), next);
}

TEST_F(Directory, ReportsAreReadElsewhereToo) {
  const auto open = start_public_query();
  EXPECT_FALSE(dir.handles.reports());
  const auto reports = keep(system.spawn(reports_behavior, &reader));
  dir.handles.set_reports(reports);
  EXPECT_EQ(dir.handles.reports(), reports);
  EXPECT_EQ(dir.handles.public_query(), open);
  dir.handles.forget(key_of(reports));
  EXPECT_FALSE(dir.handles.reports());
}

TEST_F(Directory, EveryBalanceIsInOnePart) {
  start_journal();
  for (int n = 0; n < 200; ++n) EXPECT_TRUE(dir.users.balance_of(user(n)));
  std::size_t sum = 0;
  for (std::size_t part = 0; part < users::parts; ++part)
    sum += dir.users.balances_of_part(part).size();
  EXPECT_EQ(sum, 200U);
  EXPECT_EQ(dir.users.all_balances().size(), 200U);
}

TEST_F(Directory, OnceClosedItHoldsNobody) {
  start_journal();
  start_query();
  start_public_query();
  start_wallet();
  start_route();
  const auto owner = dir.users.balance_of(user(1));
  const auto placing = dir.users.open_bet(bet_at(1));
  const auto paying = dir.users.open_deposit();
  dir.close();
  EXPECT_FALSE(dir.handles.get<journal_actor>());
  EXPECT_FALSE(dir.handles.get<query_actor>());
  EXPECT_FALSE(dir.handles.public_query());
  EXPECT_FALSE(dir.handles.relayer(payment.payment.chain_id));
  EXPECT_FALSE(dir.handles.route(route.name));
  EXPECT_EQ(dir.users.balance_count() + dir.users.live_bets(), 0U);
  EXPECT_TRUE(dir.users.all_balances().empty() && dir.users.all_bets().empty() &&
              dir.users.all_deposits().empty());
  kill(owner);  // says goodbye to a directory that does not know it
  kill(placing);
  kill(paying);
  EXPECT_EQ(dir.users.balance_count() + dir.users.live_bets(), 0U);
}

}  // namespace
}  // namespace headroom::test
