#include "actors/balance_actor.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

struct BalanceActor : Core {
  address alice = user(1);

  void SetUp() override { dir.gauges.publish_buffer_available(1000_usdc); }
  balance_actor open(usdc opening) {
    start_journal();
    give(alice, opening);
    auto h = dir.users.balance_of(alice);
    run();
    return h;
  }
  usdc available(const balance_actor& b) {
    return ask<balance_view>(b, get_atom::value)->value.value_or(balance_view{}).available;
  }
};

TEST_F(BalanceActor, LoadsTheBooksBeforeItAnswersAnything) {
  start_journal();
  give(alice, 100_usdc);
  const auto b = dir.users.balance_of(alice);
  const auto deducted = ask_later<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  const auto view = ask_later<balance_view>(b, get_atom::value);
  run();
  EXPECT_EQ(deducted->value, 100_usdc) << "answers what was available before";
  EXPECT_EQ(view->value->available, 40_usdc);
  EXPECT_EQ(view->value->committed, 100_usdc);
}

TEST_F(BalanceActor, AUserTheBooksDoNotKnowOwnsNothing) {
  start_journal();
  EXPECT_EQ(available(dir.users.balance_of(user(77))), 0_usdc);
}

TEST_F(BalanceActor, AStrangerWhoIsRefusedTakesNoRoom) {
  start_journal();
  const auto b = dir.users.balance_of(alice);
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(1), 1_usdc, {}})->code, errc::insufficient_balance);
  EXPECT_FALSE(dir.users.find_balance(alice));
  give(alice, 5_usdc);
  EXPECT_EQ(ask<usdc>(dir.users.balance_of(alice), deduct{hold_at(1), 1_usdc, {}})->value, 5_usdc);
}

TEST_F(BalanceActor, ARepeatedDeductTakesOnceAndARepeatedReleaseGivesOnce) {
  const auto b = open(100_usdc);
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}})->code, errc::none);
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}})->code, errc::none);
  EXPECT_EQ(available(b), 40_usdc);
  tell(b, release{hold_at(1)});
  tell(b, release{hold_at(1)});
  EXPECT_EQ(available(b), 100_usdc);
}

TEST_F(BalanceActor, ARefusalSaysWhatIsThereAndLeavesItAlone) {
  const auto b = open(100_usdc);
  const auto r = ask<usdc>(b, deduct{hold_at(1), 100'000'001_micro, {}});
  EXPECT_EQ(r->code, errc::insufficient_balance);
  EXPECT_EQ(r->detail, "The bet needs $100.01 USDC, the balance is $100.00 USDC");
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(2), usdc{-1}, {}})->code, errc::insufficient_balance);
  EXPECT_EQ(available(b), 100_usdc);
}

TEST_F(BalanceActor, TheBooksWordEndsATentativeDeductionAndAnOldWordIsIgnored) {
  const auto b = open(100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  tell(b, balance_committed{hold_at(1), 40_usdc, 5});
  EXPECT_EQ(available(b), 40_usdc);
  tell(b, balance_committed{{}, 100_usdc, 4});
  EXPECT_EQ(available(b), 40_usdc);
  tell(b, balance_committed{{}, 50_usdc, 6});
  EXPECT_EQ(available(b), 50_usdc);
}

TEST_F(BalanceActor, LeavesWhenIdleAndTheNextOneReadsTheBooksAgain) {
  const auto b = open(100_usdc);
  EXPECT_EQ(available(b), 100_usdc);
  tell(b, idle_atom::value);
  EXPECT_EQ(dir.users.balance_count(), 1U) << "used since the last tick";
  tell(b, idle_atom::value);
  EXPECT_EQ(dir.users.balance_count(), 0U);
  EXPECT_EQ(ask<balance_view>(b, get_atom::value)->code, errc::unavailable) << "bounced";
  give(alice, 1_usdc);
  EXPECT_EQ(available(dir.users.balance_of(alice)), 101_usdc);
}

TEST_F(BalanceActor, ShowsWhatItWouldAnswerUnlessAMessageWaits) {
  EXPECT_FALSE(dir.users.look_at_balance(alice)) << "nobody owns it yet";
  const auto b = open(100_usdc);
  EXPECT_EQ(dir.users.look_at_balance(alice), 100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  EXPECT_EQ(dir.users.look_at_balance(alice), 40_usdc);
  caf::anon_send(b, release{hold_at(1)});
  EXPECT_FALSE(dir.users.look_at_balance(alice)) << "the release was sent before we looked";
  run();
  EXPECT_EQ(dir.users.look_at_balance(alice), 100_usdc);
  tell(b, balance_committed{{}, 70_usdc, 9});
  EXPECT_EQ(dir.users.look_at_balance(alice), 70_usdc);
}

TEST_F(BalanceActor, BeingLookedAtKeepsItAwake) {
  const auto b = open(100_usdc);
  tell(b, idle_atom::value);
  EXPECT_EQ(dir.users.look_at_balance(alice), 100_usdc);
  tell(b, idle_atom::value);
  EXPECT_EQ(dir.users.balance_count(), 1U);
  tell(b, idle_atom::value);
  EXPECT_EQ(dir.users.balance_count(), 0U);
  EXPECT_FALSE(dir.users.look_at_balance(alice));
}

TEST_F(BalanceActor, SaysNothingWhileTheBufferIsUnknown) {
  const auto b = open(100_usdc);
  dir.gauges.forget_buffer_available();
  EXPECT_EQ(ask<balance_view>(b, get_atom::value)->code, errc::unavailable);
}

TEST_F(BalanceActor, AStoreThatStaysAwayIsReportedNotWaitedFor) {
  store.reads_away = true;
  start_journal();
  give(alice, 5_usdc);
  const auto r = ask_later<balance_view>(dir.users.balance_of(alice), get_atom::value);
  run();
  EXPECT_EQ(r->answers, 0) << "it may come back";
  advance(settings.patience.load + milliseconds{2'000});
  EXPECT_EQ(r->code, errc::unavailable);
  EXPECT_EQ(dir.users.balance_count(), 0U);
  store.reads_away = false;
  const auto again = ask_later<balance_view>(dir.users.balance_of(alice), get_atom::value);
  advance(milliseconds{2'000});  // the journal's longest pause
  ASSERT_TRUE(again->value);
  EXPECT_EQ(again->value->available, 5_usdc);
}

TEST_F(BalanceActor, AJournalThatDiesWithTheReadAnswersIt) {
  store.reads_away = true;
  const auto journal = start_journal();
  const auto r = ask_later<balance_view>(dir.users.balance_of(alice), get_atom::value);
  run();
  caf::anon_send_exit(journal, caf::exit_reason::kill);
  run();
  EXPECT_EQ(r->code, errc::unavailable);
}

TEST_F(BalanceActor, StaysAsLongAsADeductionIsOpen) {
  const auto b = open(100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  for (int n = 0; n < 4; ++n) tell(b, idle_atom::value);
  EXPECT_EQ(available(b), 40_usdc);
}

TEST_F(BalanceActor, AnAbandonedDeductionThatWasNotCommittedComesBack) {
  const auto b = open(100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  tell(b, abandoned{hold_at(1)});
  EXPECT_EQ(available(b), 100_usdc);
}

TEST_F(BalanceActor, AnAbandonedDeductionThatWasCommittedStaysTaken) {
  const auto b = open(100_usdc);
  start_buffer(1000_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  bet row;
  row.id = bet_at(1);
  row.user = alice;
  row.amount = 60_usdc;
  ask_later<committed>(dir.handles.get<journal_actor>(),
                       append{accept_bet{row}});  // still in the mailbox
  tell(b, abandoned{hold_at(1)});
  EXPECT_EQ(available(b), 40_usdc);
  EXPECT_EQ(fact(b, "tentative"), "0");
}

TEST_F(BalanceActor, AnAbandonedDeductionWaitsForTheJournal) {
  const auto b = open(100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, {}});
  dir.handles.set(journal_actor{});
  tell(b, abandoned{hold_at(1)});
  EXPECT_EQ(available(b), 40_usdc) << "not known yet: careful";
  start_journal();
  advance(milliseconds{300});
  EXPECT_EQ(available(b), 100_usdc);
}

TEST_F(BalanceActor, WithoutAJournalItLeavesAndTheAskerMayComeBack) {
  give(alice, 5_usdc);
  const auto r = ask<balance_view>(dir.users.balance_of(alice), get_atom::value);
  EXPECT_EQ(r->code, errc::unavailable);
  EXPECT_EQ(dir.users.balance_count(), 0U);
  start_journal();
  EXPECT_EQ(available(dir.users.balance_of(alice)), 5_usdc);
}

}  // namespace
}  // namespace headroom::test
