#include "actors/inspector_actor.hpp"

#include "actors/guardian_actor.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

struct Inspector : Core {
  actor_listing list(std::uint32_t limit = 1000) {
    const auto inspector = keep(system.spawn(inspector_behavior));
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
  ask<balance_view>(dir.balance_of(user(1)), get_atom::value);
  const auto bet = dir.open_bet(bet_at(3));
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
  for (int n = 0; n < 25; ++n) caf::anon_send(journal, refill{});
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

TEST_F(Inspector, AListingIsBoundedAndItsTotalsAreNot) {
  for (int n = 1; n <= 50; ++n) EXPECT_TRUE(dir.open_bet(bet_at(n)));
  run();
  const auto all = list(10);
  EXPECT_EQ(all.actors.size(), 10U);
  EXPECT_GE(all.total, 50U);
  const auto bets = std::find_if(all.kinds.begin(), all.kinds.end(),
                                 [](const kind_info& k) { return k.name == "bet"; });
  ASSERT_NE(bets, all.kinds.end());
  EXPECT_EQ(bets->live, 50U);
  EXPECT_LE(list(UINT32_MAX).actors.size(), 1000U);
}

TEST_F(Inspector, EveryActorAnswersStatusUnderItsName) {
  start_journal();
  const auto guardian = keep(
      system.spawn(guardian_behavior, w(), std::vector<component>{}, [](const std::string&) {}));
  const auto balance = dir.balance_of(user(1));
  const auto bet = dir.open_bet(bet_at(1));
  const std::pair<status_actor, const char*> everyone[] = {
      {dir.get<journal_actor>(), "journal"},
      {start_query(), "query"},
      {start_buffer(1_usdc), "buffer"},
      {balance, "balance"},
      {bet, "bet"},
      {dir.open_deposit(), "deposit"},
      {start_conversion(), "conversion"},
      {keep(system.spawn(inspector_behavior)), "inspector"},
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
