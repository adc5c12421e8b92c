#include "actors/withdrawal_desk.hpp"

#include "actors/withdrawal_actor.hpp"
#include "tests/actors/withdrawal_house.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::seconds;
using status = withdrawal_status;
using word = withdrawal_gauge::word;

/// An operator's desk over the same books; more than nine dollars need an approval.
struct WithdrawalDesk : WithdrawalHouse {
  withdrawal_desk_actor desk;

  WithdrawalDesk() {
    settings.withdrawal.approval_above = 9_usdc;
    start_query();
  }
  void start_desk() {
    desk = keep(system.spawn(withdrawal_desk_behavior, w()));
    run();
  }
  reply_ptr<withdrawal> decide(bool approve, int n = 1) {
    return ask<withdrawal>(desk,
                           decide_withdrawal{withdrawal_at(n), approve, "key:7", "not known"});
  }
  reply_ptr<withdrawals_view> pause(bool paused) {
    return ask<withdrawals_view>(desk, pause_withdrawals{paused, "key:7", "an incident"});
  }
};

TEST_F(WithdrawalDesk, AnApprovedOneIsSentAtOnce) {
  start_desk();
  withdraw(10_usdc);
  ASSERT_TRUE(cashier.asked.empty());
  cashier.otherwise = says(transfer_state::under_way);
  const auto r = decide(true);
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->approved_by, "key:7");
  EXPECT_EQ(cashier.asked.size(), 1U);
  EXPECT_EQ(stored().status, status::sent);
  EXPECT_TRUE(decide(true)->value) << "repeats safely";
}

TEST_F(WithdrawalDesk, ARefusedOneGivesEverythingBackAndItsUserReadsWhy) {
  start_desk();
  withdraw(10_usdc);
  const auto r = decide(false);
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, status::failed);
  EXPECT_EQ(r->value->failure, "not known");
  EXPECT_EQ(user_available(), 100_usdc);
  EXPECT_EQ(buffer_available(), 1000_usdc);
  EXPECT_EQ(dir.users.live_withdrawals(), 0U);
  const auto again = decide(false);
  ASSERT_TRUE(again->value) << "repeats safely";
  EXPECT_EQ(again->value->status, status::failed);
  EXPECT_EQ(user_available(), 100_usdc);
  EXPECT_EQ(decide(true)->code, errc::duplicate);
  EXPECT_EQ(decide(true, 9)->code, errc::not_found);
}

TEST_F(WithdrawalDesk, WhatIsOnItsWayIsTheChains) {
  start_desk();
  cashier.otherwise = says(transfer_state::under_way);
  withdraw(5_usdc);
  EXPECT_EQ(decide(false)->code, errc::duplicate);
  EXPECT_EQ(decide(true)->code, errc::duplicate) << "it needs none";
  EXPECT_EQ(stored().status, status::sent);
}

TEST_F(WithdrawalDesk, NothingIsAcceptedWhileTheyArePausedAlsoAfterARestart) {
  start_desk();
  ASSERT_TRUE(pause(true)->value);
  EXPECT_EQ(withdraw(5_usdc)->code, errc::paused);
  EXPECT_TRUE(books.withdrawals.paused);
  EXPECT_TRUE(dir.gauges.alerts().lasts("work.paused", "withdrawals"));
  kill(desk);
  start_desk();
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::paused) << "the books remember it";
  const auto on = pause(false);
  ASSERT_TRUE(on->value);
  EXPECT_FALSE(on->value->paused);
  EXPECT_FALSE(dir.gauges.alerts().lasts("work.paused", "withdrawals"));
  EXPECT_TRUE(withdraw(5_usdc)->value);
}

TEST_F(WithdrawalDesk, AnotherProcessesWordIsHeardSoon) {
  start_desk();
  books.withdrawals.paused = true;
  advance(seconds{3});
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::paused);
  books.withdrawals.paused = false;
  advance(seconds{3});
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::open);
}

TEST_F(WithdrawalDesk, TheSettingsHoldThemUntilAnOperatorLetsThemGo) {
  settings.withdrawal.paused = true;
  start_desk();
  advance(seconds{3});
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::paused);
  EXPECT_FALSE(books.withdrawals.paused);
  ASSERT_TRUE(pause(false)->value);
  advance(seconds{3});
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::open);
}

TEST_F(WithdrawalDesk, APauseThatTheBooksDoNotTakeHoldsHereAllTheSame) {
  start_desk();
  store.commits = std::deque(2'000, scripted_store::commit_end::away);
  ask_later<withdrawals_view>(desk, pause_withdrawals{true, "key:7", "an incident"});
  run();
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::paused);
  advance(seconds{5});
  EXPECT_EQ(dir.gauges.withdrawals().look(), word::paused)
      << "what the books say is older, until they have answered";
}

}  // namespace
}  // namespace headroom::test
