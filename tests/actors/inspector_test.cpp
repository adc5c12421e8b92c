#include "actors/inspector_actor.hpp"

#include <thread>

#include "actors/guardian_actor.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

struct Inspector : Core {
  actor_listing list(std::uint32_t limit = 1000) {
    const auto inspector = keep(system.spawn(inspector_behavior, w()));
    return ask<actor_listing>(inspector, list_atom::value, limit)->value.value_or(actor_listing{});
  }
  static const actor_info* find(const actor_listing& all, const std::string& name) {
    for (const auto& a : all.actors)
      if (a.name == name) return &a;
    return nullptr;
  }
};

TEST_F(Inspector, ShowsActorsByNameAndBusiness) {
  start_journal();
  give(user(1), 10_usdc);
  ask<balance_view>(dir.users.balance_of(user(1)), get_atom::value);
  const auto bet = dir.users.open_bet(bet_at(3));
  run();
  const auto all = list();
  ASSERT_NE(find(all, "balance"), nullptr);
  EXPECT_EQ(find(all, "balance")->business_id, user(1).hex());
  EXPECT_GE(find(all, "balance")->processed, 2U);
  EXPECT_EQ(find(all, "balance")->mailbox, 0U);
  ASSERT_NE(find(all, "bet"), nullptr);
  EXPECT_EQ(find(all, "bet")->business_id, bet_at(3).text());
  ASSERT_NE(find(all, "journal"), nullptr);
  EXPECT_EQ(find(all, "journal")->business_id, "");
}

TEST_F(Inspector, AMailboxIsAsLongAsWhatWaitsInIt) {
  const auto journal = start_journal();
  run();
  for (int n = 0; n < 25; ++n) caf::anon_send(journal, append{refill{}});
  const auto all = registry::instance().list(1000);  // nothing has run meanwhile
  ASSERT_FALSE(all.actors.empty());
  EXPECT_EQ(all.actors[0].mailbox, 25U) << "the fullest first";
  run();
  EXPECT_EQ(registry::instance().list(1000).actors[0].mailbox, 0U);
}

TEST_F(Inspector, TheDeadAreGoneAlthoughSomebodyHoldsAHandle) {
  const auto journal = start_journal();
  run();
  const auto before = list().total;
  kill(journal);
  EXPECT_EQ(find(list(), "journal"), nullptr);
  EXPECT_LT(list().total, before + 2);  // each call of list() adds one inspector
  EXPECT_TRUE(journal) << "the handle is still held";
}

TEST_F(Inspector, TotalsOfAKindCountTheDeadAndNeverFall) {
  const auto of_journals = [] {
    for (const auto& k : registry::instance().kinds())
      if (k.name == "journal") return k;
    return kind_info{};
  };
  const auto before = of_journals();
  const auto one = start_journal();
  const auto two = start_journal();
  run();
  for (int n = 0; n < 25; ++n) caf::anon_send(one, append{refill{}});
  EXPECT_EQ(of_journals().live, before.live + 2);
  EXPECT_EQ(of_journals().mailbox, before.mailbox + 25);
  run();
  const auto worked = of_journals();
  EXPECT_EQ(worked.mailbox, before.mailbox);
  EXPECT_GE(worked.processed, before.processed + 25);
  for (int n = 0; n < 9; ++n) caf::anon_send(two, append{refill{}});
  kill(one);
  caf::anon_send(one, append{refill{}});  // to the dead
  kill(two);                              // with messages waiting
  EXPECT_EQ(of_journals().live, before.live);
  EXPECT_GE(of_journals().processed, worked.processed);
  EXPECT_GE(of_journals().busy_us, worked.busy_us);
}

TEST(KindCounters, EveryThreadsPartCounts) {
  auto& kind = registry::instance().kind("counted here");
  EXPECT_EQ(&registry::instance().kind("counted here"), &kind);
  std::vector<std::thread> threads;
  for (int n = 0; n < 20; ++n)
    threads.emplace_back([&] {
      for (int i = 0; i < 1'000; ++i) {
        kind.received();
        kind.processed(2'000);
      }
      kind.received();
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(kind.sum().processed, 20'000U);
  EXPECT_EQ(kind.sum().busy_us, 40'000U);
  EXPECT_EQ(kind.sum().mailbox, 20U);
  kind.lost(21);
  EXPECT_EQ(kind.sum().mailbox, 0U) << "never below nothing";
  kind.lost(-2);
  EXPECT_EQ(kind.sum().mailbox, 1U);
}

TEST_F(Inspector, TheBusiestOfManyAreFound) {
  const auto journal = start_journal();
  const auto query = start_query();
  for (int n = 1; n <= 200; ++n) EXPECT_TRUE(dir.users.open_bet(bet_at(n)) || n > 64);
  run();
  for (int n = 0; n < 7; ++n) caf::anon_send(query, ping_atom::value);
  for (int n = 0; n < 9; ++n) caf::anon_send(journal, append{refill{}});
  const auto all = registry::instance().list(3);
  ASSERT_EQ(all.actors.size(), 3U);
  EXPECT_EQ(all.actors[0].name, "journal");
  EXPECT_EQ(all.actors[0].mailbox, 9U);
  EXPECT_EQ(all.actors[1].name, "query");
  EXPECT_EQ(all.actors[1].mailbox, 7U);
  EXPECT_EQ(all.actors[2].mailbox, 0U);
  run();
}

TEST_F(Inspector, AListingIsBoundedAndItsTotalsAreNot) {
  for (int n = 1; n <= 50; ++n) EXPECT_TRUE(dir.users.open_bet(bet_at(n)));
  run();
  const auto all = list(10);
  EXPECT_EQ(all.actors.size(), 10U);
  EXPECT_GE(all.total, 50U);
  const auto bets = std::find_if(all.kinds.begin(), all.kinds.end(),
                                 [](const kind_info& k) { return k.name == "bet"; });
  ASSERT_NE(bets, all.kinds.end());
  EXPECT_GE(bets->live, 50U);
  EXPECT_LE(list(UINT32_MAX).actors.size(), 1000U);
}

TEST_F(Inspector, EveryActorAnswersStatusUnderItsName) {
  start_journal();
  const auto guardian = keep(
      system.spawn(guardian_behavior, w(), std::vector<component>{}, [](const std::string&) {}));
  const auto balance = dir.users.balance_of(user(1));
  const auto bet = dir.users.open_bet(bet_at(1));
  const std::pair<status_actor, const char*> everyone[] = {
      {dir.handles.get<journal_actor>(), "journal"},
      {start_query(), "query"},
      {start_buffer(1_usdc), "buffer"},
      {balance, "balance"},
      {bet, "bet"},
      {dir.users.open_deposit(), "deposit"},
      {start_conversion(), "conversion"},
      {keep(system.spawn(inspector_behavior, w())), "inspector"},
      {guardian, "guardian"},
  };
  for (const auto& [actor, name] : everyone) {
    const auto r = ask<status_report>(actor, status_atom::value);
    ASSERT_TRUE(r->value) << name;
    EXPECT_EQ(r->value->name, name);
    EXPECT_FALSE(r->value->facts.empty()) << name;
  }
}

}  // namespace
}  // namespace headroom::test
