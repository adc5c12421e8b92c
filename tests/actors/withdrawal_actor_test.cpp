#include "actors/withdrawal_actor.hpp"

#include "actors/lone_word.hpp"
#include "domain/withdrawal_bounds.hpp"
#include "tests/actors/withdrawal_house.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using end = scripted_store::commit_end;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using state = transfer_state;
using status = withdrawal_status;

using WithdrawalActor = WithdrawalHouse;

TEST_F(WithdrawalActor, WhatIsAskedForIsInTheBooksBeforeAnythingIsSentAndTheFeeStays) {
  cashier.mute = true;
  const auto r = withdraw(10_usdc);
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, status::requested);
  EXPECT_EQ(r->value->fee, 500'000_micro);
  EXPECT_EQ(books.balances[alice].balance, 90_usdc);
  EXPECT_EQ(user_available(), 90_usdc);
  EXPECT_EQ(books.buffer.balance, 990'500'000_micro);
  EXPECT_EQ(buffer_available(), 990'500'000_micro);
  EXPECT_EQ(books.revenue, 500'000_micro);
  ASSERT_EQ(cashier.asked.size(), 1U);
  EXPECT_EQ(cashier.asked[0].to, target);
  EXPECT_EQ(cashier.asked[0].amount, 9'500'000_micro);
  EXPECT_EQ(cashier.asked[0].id, transfer_of(withdrawal_at(1), 0));
}

TEST_F(WithdrawalActor, OneIsConfirmedByItsFinalTransactionAndItsActorLeaves) {
  cashier.words = {says(state::under_way)};
  cashier.otherwise = says(state::under_way);
  withdraw(10_usdc);
  EXPECT_EQ(stored().status, status::sent);
  advance(seconds{5});
  EXPECT_EQ(stored().status, status::sent) << "not final yet";
  cashier.otherwise = says(state::done);
  advance(seconds{1});
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_EQ(stored().tx_hash, hash_at(7));
  EXPECT_EQ(dir.users.live_withdrawals(), 0U);
  EXPECT_EQ(books.balances[alice].balance, 90_usdc);
  EXPECT_EQ(books.buffer.balance, 990'500'000_micro);
}

TEST_F(WithdrawalActor, WhatTheUserOrTheBufferCannotPayIsRefusedAndLeavesNoTrace) {
  EXPECT_EQ(withdraw(101_usdc)->code, errc::insufficient_balance);
  give(alice, 2000_usdc);
  tell(dir.users.balance_of(alice),
       balance_committed{{}, 2100_usdc, books.balances[alice].version});
  const auto r = withdraw(1'001_usdc, 2);
  EXPECT_EQ(r->code, errc::exceeds_max_withdrawal);
  EXPECT_NE(r->detail.find("1000.50"), std::string::npos) << r->detail;
  EXPECT_EQ(user_available(), 2100_usdc) << "the hold is released";
  EXPECT_EQ(buffer_available(), 1000_usdc);
  EXPECT_TRUE(books.withdrawals.rows.empty());
  EXPECT_TRUE(cashier.asked.empty());
  EXPECT_EQ(dir.users.live_withdrawals(), 0U);
}

TEST_F(WithdrawalActor, TwoDoNotSpendTheSameMoney) {
  cashier.mute = true;
  const auto first = withdraw(60_usdc, 1);
  const auto second = withdraw(60_usdc, 2);
  EXPECT_TRUE(first->value);
  EXPECT_EQ(second->code, errc::insufficient_balance);
  EXPECT_EQ(books.balances[alice].balance, 40_usdc);
}

TEST_F(WithdrawalActor, AnAddressThatIsNotPaidIsRefused) {
  everything->screen = [&](const address& to) {
    if (to == user(98)) return screening::not_payable;
    return to == target ? screening::refused : screening::clear;
  };
  EXPECT_EQ(withdraw(10_usdc)->code, errc::address_refused);
  auto own = request(10_usdc, 2);
  own.to = user(98);
  EXPECT_EQ(withdraw(own)->code, errc::invalid_field);
  EXPECT_TRUE(books.withdrawals.rows.empty());
}

TEST_F(WithdrawalActor, OneThatIsLateOrPausedIsRefused) {
  auto late = request(10_usdc);
  late.deadline = now();
  EXPECT_EQ(withdraw(late)->code, errc::deadline_passed);
  dir.gauges.withdrawals().publish(true);
  EXPECT_EQ(withdraw(10_usdc, 2)->code, errc::paused);
  dir.gauges.withdrawals().publish(false);
  books.withdrawals.paused = true;  // by another process: nobody here has heard of it
  EXPECT_EQ(withdraw(10_usdc, 3)->code, errc::paused);
  EXPECT_EQ(user_available(), 100_usdc);
  EXPECT_EQ(buffer_available(), 1000_usdc);
}

TEST_F(WithdrawalActor, WhatOneUserMayTakeOutInADayIsCountedByTheBooks) {
  settings.withdrawal.per_user_per_day = 25_usdc;
  cashier.mute = true;
  EXPECT_TRUE(withdraw(20_usdc, 1)->value);
  EXPECT_EQ(withdraw(6_usdc, 2)->code, errc::exceeds_daily_limit);
  EXPECT_TRUE(withdraw(5_usdc, 3)->value);
  clock_set_by = std::chrono::hours{24};
  EXPECT_TRUE(withdraw(20_usdc, 4)->value) << "the next day";
}

TEST_F(WithdrawalActor, AUserHasOnlySoManyOpenAtOnce) {
  cashier.mute = true;
  for (auto n = 1; n <= most_open_withdrawals_of_a_user; ++n)
    ASSERT_TRUE(withdraw(1_usdc, static_cast<std::uint64_t>(n))->value) << n;
  EXPECT_EQ(withdraw(1_usdc, 200)->code, errc::rate_limited);
  EXPECT_EQ(books.balances[alice].balance, 36_usdc) << "nothing was taken for it";
}

TEST_F(WithdrawalActor, ARepeatGetsWhereItStandsAndAnotherBodyAConflict) {
  cashier.otherwise = says(state::under_way);
  withdraw(10_usdc);
  advance(seconds{1});
  const auto again = withdraw(10_usdc);
  ASSERT_TRUE(again->value);
  EXPECT_EQ(again->value->status, status::sent);
  EXPECT_EQ(withdraw(request(10_usdc, 1, 2))->code, errc::key_reused);
  cashier.otherwise = says(state::done);
  advance(seconds{1});
  ASSERT_EQ(dir.users.live_withdrawals(), 0U);
  const auto late = withdraw(10_usdc);
  ASSERT_TRUE(late->value) << "by a new actor, from the books";
  EXPECT_EQ(late->value->status, status::confirmed);
  EXPECT_EQ(withdraw(request(10_usdc, 1, 2))->code, errc::key_reused);
  EXPECT_EQ(books.balances[alice].balance, 90_usdc) << "taken once";
}

TEST_F(WithdrawalActor, WhatNeedsAnApprovalIsNotSentBefore) {
  settings.withdrawal.approval_above = 9_usdc;
  const auto r = withdraw(10_usdc);
  ASSERT_TRUE(r->value);
  EXPECT_TRUE(waits_for_approval(*r->value));
  settings.withdrawal.unresolved_after = seconds{30};
  advance(minutes{1});
  EXPECT_TRUE(cashier.asked.empty());
  EXPECT_TRUE(alert("withdrawal.approval")) << "or nobody would know of it";
  EXPECT_FALSE(alert("withdrawal.unresolved"));

  committed ignored;
  ASSERT_EQ(books.apply(approve_withdrawal{withdrawal_at(1), "cli:ada", now()}, ignored),
            errc::none);
  cashier.otherwise = says(state::done);
  tell(dir.users.find_withdrawal(withdrawal_at(1)), review_atom::value);
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_FALSE(alert("withdrawal.approval"));
}

TEST_F(WithdrawalActor, WhatOneNodeAloneLetsOutNeedsAnApprovalHoweverSmall) {
  auto x = request(10_usdc, 1);
  x.by = by_lone_word("user:0xaa");
  const auto r = withdraw(x);
  ASSERT_TRUE(r->value);
  EXPECT_TRUE(waits_for_approval(*r->value));
  advance(minutes{1});
  EXPECT_TRUE(cashier.asked.empty());
}

TEST_F(WithdrawalActor, OneThatAnOperatorRefusesByAnotherProcessGivesEverythingBack) {
  settings.withdrawal.approval_above = 9_usdc;
  withdraw(10_usdc);
  EXPECT_EQ(user_available(), 90_usdc);
  committed ignored;
  const finish_withdrawal no{withdrawal_at(1),  alice, 10_usdc,  500'000_micro, status::failed, {},
                             "not known to us", now(), "cli:ada"};
  ASSERT_EQ(books.apply(no, ignored), errc::none);
  advance(seconds{3});
  EXPECT_EQ(dir.users.live_withdrawals(), 0U);
  EXPECT_EQ(user_available(), 100_usdc) << "whoever owns the balance was told";
  EXPECT_EQ(books.revenue, usdc{});
  EXPECT_TRUE(cashier.asked.empty());
}

TEST_F(WithdrawalActor, WhatIsInDoubtIsLookedUpAndNothingIsSentInItsPlace) {
  cashier.otherwise = says(state::unknown, 7, "its nonce is used");
  withdraw(10_usdc);
  advance(minutes{1});
  EXPECT_TRUE(alert("withdrawal.in_doubt"));
  EXPECT_EQ(stored().status, status::sent);
  for (const auto& x : cashier.asked) EXPECT_EQ(x.id, transfer_of(withdrawal_at(1), 0));
  EXPECT_EQ(books.operations.all().size(), 1U);
  cashier.otherwise = says(state::done);
  advance(seconds{2});
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_FALSE(alert("withdrawal.in_doubt"));
}

TEST_F(WithdrawalActor, ADroppedTransferIsFollowedByAnotherOneUnderItsOwnName) {
  cashier.words = {says(state::under_way, 7), says(state::dropped, 7), says(state::under_way, 8)};
  cashier.otherwise = says(state::done, 8);
  withdraw(10_usdc);
  advance(seconds{3});
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_EQ(stored().tx_hash, hash_at(8));
  EXPECT_EQ(cashier.asked.back().id, transfer_of(withdrawal_at(1), 1));
  EXPECT_EQ(books.buffer.balance, 990'500'000_micro) << "paid once";
}

TEST_F(WithdrawalActor, AnAddressThatAlwaysRevertsGetsNothingAndTheUserEverythingBack) {
  cashier.words = {says(state::under_way, 7), says(state::reverted, 7), says(state::under_way, 8)};
  cashier.otherwise = says(state::reverted, 8);
  withdraw(10_usdc);
  advance(seconds{3});
  EXPECT_EQ(stored().status, status::failed);
  EXPECT_EQ(stored().tx_hash, hash_at(8)) << "the receipt that says so";
  EXPECT_NE(stored().failure.find(hash_at(8).hex()), std::string::npos);
  EXPECT_EQ(books.balances[alice].balance, 100_usdc);
  EXPECT_EQ(user_available(), 100_usdc);
  EXPECT_EQ(books.buffer.balance, 1000_usdc);
  EXPECT_EQ(books.revenue, usdc{});
}

TEST_F(WithdrawalActor, ACallThatANodeSaysWouldRevertIsProvenByTheChainAfterSomeLooks) {
  cashier.otherwise = says(state::unsent, 0, "would revert");
  cashier.otherwise.would_revert = true;
  withdraw(10_usdc);
  advance(seconds{10});
  EXPECT_EQ(stored().status, status::requested) << "a node's word gives nothing back";
  ASSERT_GT(cashier.asked.size(), 4U);
  for (std::size_t i = 0; i < cashier.asked.size(); ++i)
    EXPECT_EQ(cashier.asked[i].prove_revert, i >= 3) << i;
}

TEST_F(WithdrawalActor, WithoutMoneyItWaitsAndAHumanHearsOfItInTheEnd) {
  settings.withdrawal.unresolved_after = minutes{2};
  cashier.otherwise = says(state::unsent, 0, "short");
  withdraw(10_usdc);
  advance(minutes{1});
  EXPECT_EQ(stored().status, status::requested);
  EXPECT_LT(cashier.asked.size(), 70U) << "it asks no oftener than longest_poll";
  EXPECT_FALSE(alert("withdrawal.unresolved"));
  advance(minutes{2});
  EXPECT_TRUE(alert("withdrawal.unresolved"));
  cashier.otherwise = says(state::done);
  advance(seconds{2});
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_FALSE(alert("withdrawal.unresolved"));
}

TEST_F(WithdrawalActor, AnAddressThatIsRefusedMeanwhileIsNotPaidButWhatWasSentIsFollowed) {
  bool refused = false;
  everything->screen = [&](const address&) {
    return refused ? screening::refused : screening::clear;
  };
  cashier.otherwise = says(state::unsent, 0, "short");
  withdraw(10_usdc);
  refused = true;
  const auto before = cashier.may_send();
  advance(seconds{5});
  EXPECT_EQ(cashier.may_send(), before);
  EXPECT_TRUE(alert("withdrawal.address_refused"));
  EXPECT_GT(cashier.asked.size(), before) << "it is looked at all the same";
  refused = false;
  advance(seconds{5});
  EXPECT_FALSE(alert("withdrawal.address_refused"));
  EXPECT_GT(cashier.may_send(), before);
}

TEST_F(WithdrawalActor, AnIntentWhoseCommitIsNotHeardIsTakenOnce) {
  cashier.otherwise = says(state::done);
  store.commits = {end::lost_after, end::away, end::lost_before};
  const auto r = withdraw(10_usdc);
  advance(seconds{3});
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->answers, 1);
  EXPECT_EQ(books.balances[alice].balance, 90_usdc);
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_EQ(user_available(), 90_usdc);
}

TEST_F(WithdrawalActor, AnEndThatIsLostOnItsWayToTheBooksIsBookedOnce) {
  cashier.words = {says(state::under_way, 7), says(state::reverted, 7), says(state::under_way, 8)};
  cashier.otherwise = says(state::reverted, 8);
  store.commits = {end::ok, end::lost_after, end::lost_before};
  withdraw(10_usdc);
  advance(seconds{5});
  EXPECT_EQ(stored().status, status::failed);
  EXPECT_EQ(books.balances[alice].balance, 100_usdc);
  EXPECT_EQ(books.buffer.balance, 1000_usdc);
}

TEST_F(WithdrawalActor, AStoredOneIsReadAndLookedAtByWhoeverTakesItUp) {
  cashier.otherwise = says(state::under_way);
  withdraw(10_usdc);
  const auto row = stored();
  kill(dir.users.find_withdrawal(withdrawal_at(1)));
  EXPECT_EQ(dir.users.live_withdrawals(), 0U);
  cashier.otherwise = says(state::done);
  tell(dir.users.resume_withdrawal(withdrawal_at(1)), resume_atom::value, row);
  advance(seconds{1});
  EXPECT_EQ(stored().status, status::confirmed);
  EXPECT_EQ(books.operations.all().size(), 1U) << "never sent again unseen";
}

/// Killed after each step: whoever comes next finds the same withdrawal in the books, once.
TEST_F(WithdrawalActor, WhoeverAsksAgainAfterADeathAnywhereIsPaidOnce) {
  cashier.otherwise = says(state::unsent, 0, "short");
  for (int steps = 0; steps < 40; ++steps) {
    const auto n = 10 + steps;
    const auto before = books.balances[alice].balance;
    give(alice, 1_usdc);
    if (const auto owner = dir.users.find_balance(alice)) kill(owner);
    run();
    const auto asked = request(1_usdc, n);
    ask_later<withdrawal>(dir.users.open_withdrawal(asked.id), asked);
    for (int i = 0; i < steps; ++i) scheduler.try_run_once();
    if (const auto actor = dir.users.find_withdrawal(asked.id))
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
    advance(milliseconds{300});
    const auto again = withdraw(asked);
    ASSERT_TRUE(again->value) << steps << " " << to_string(again->code) << again->detail;
    EXPECT_EQ(books.balances[alice].balance, before) << steps;
    EXPECT_EQ(user_available(), before) << steps << ": no hold is left";
  }
}

TEST_F(WithdrawalActor, WhatTheBooksRefuseOfAnEndIsAnAlertAndTriedAgain) {
  cashier.otherwise = says(state::under_way);
  withdraw(10_usdc);
  cashier.keeps_books = false;  // paid by what the outbox does not call mined
  cashier.otherwise = says(state::done);
  advance(seconds{5});
  EXPECT_EQ(stored().status, status::sent);
  EXPECT_TRUE(alert("withdrawal.refused_by_books"));
  EXPECT_EQ(dir.users.live_withdrawals(), 1U);
}

}  // namespace
}  // namespace headroom::test
