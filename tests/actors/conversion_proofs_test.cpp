#include "actors/alerts.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::minutes;
using std::chrono::seconds;
using state = step_state;

/// What was done by depth, and a reorganisation: the route says what is there, the conversion's
/// actor what follows.
struct ConversionProofs : Core {
  conversion_actor converter;
  buffer_actor buffer;

  void SetUp() override {
    start_journal();
    start_query();
    buffer = start_buffer(100_usdc);
    route.steps = {"swap"};
    route.otherwise = done_by_depth(29_usdc);
    deposit d;
    d.id.bytes[0] = 1;
    d.user = user(1);
    d.amount = 30_usdc;
    d.status = deposit_status::pending;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(1);
    books.deposits.emplace(d.id, d);
    start_route();
    converter = start_conversion();
    advance(seconds{3});
  }

  static step_progress done_by_depth(usdc out) {
    step_progress p;
    p.state = state::done;
    p.amount_out = out;
    p.tx_hash = hash_at(7);
    p.detail = "note=final";
    p.calls = 1;
    p.by_depth = true;
    return p;
  }
  static step_progress gone() {
    step_progress p;
    p.state = state::in_flight;
    p.calls = 1;
    p.gone = true;
    return p;
  }
  static step_progress finalized(usdc out) {
    auto p = done_by_depth(out);
    p.by_depth = false;
    return p;
  }
  const conversion& row() { return books.conversions.begin()->second; }
  bool lasts(const char* kind) { return dir.gauges.alerts().lasts(kind, row().id.text()); }
  usdc can_pay() { return dir.gauges.buffer_available().value_or(usdc{}); }
};

TEST_F(ConversionProofs, WhatIsDeepReplenishesAtOnceAndIsAskedForUntilItIsFinalized) {
  ASSERT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(books.buffer.balance, 129_usdc);
  EXPECT_TRUE(row().steps[0].by_depth);
  EXPECT_EQ(route.asked.front().wish, step_wish::go_on);
  route.asked.clear();
  advance(minutes{1});
  ASSERT_GE(route.asked.size(), 5U);
  EXPECT_LE(route.asked.size(), 12U) << "one call in five seconds";
  EXPECT_EQ(route.asked[0].wish, step_wish::again);
  EXPECT_EQ(route.asked[0].proof, hash_at(7));
  EXPECT_EQ(route.asked[0].amount_in, 30_usdc);
  EXPECT_EQ(route.asked[0].detail, "note=final");
  route.otherwise = finalized(29_usdc);
  advance(seconds{10});
  EXPECT_FALSE(row().steps[0].by_depth);
  route.asked.clear();
  advance(minutes{10});
  EXPECT_TRUE(route.asked.empty()) << "nothing undoes it any more";
  EXPECT_EQ(books.buffer.balance, 129_usdc);
}

TEST_F(ConversionProofs, WhatIsGoneIsPostedBackAndCompletesAnewWhenItIsThereAgain) {
  route.otherwise = gone();
  advance(seconds{10});
  EXPECT_EQ(row().status, conversion_status::completed) << "not at the first silence";
  EXPECT_EQ(can_pay(), 100_usdc) << "and nothing is paid of it";
  EXPECT_TRUE(dir.gauges.alerts().lasts("buffer.held_back", ""));
  advance(minutes{2});
  EXPECT_EQ(row().status, conversion_status::running);
  EXPECT_EQ(row().undone, 1U);
  EXPECT_EQ(row().steps[0].state, "in_flight");
  EXPECT_EQ(books.buffer.balance, 100_usdc);
  EXPECT_EQ(books.in_transit, 30_usdc);
  EXPECT_EQ(books.loss, usdc{});
  EXPECT_EQ(can_pay(), 100_usdc);
  EXPECT_FALSE(dir.gauges.alerts().lasts("buffer.held_back", ""));
  EXPECT_TRUE(lasts("conversion.undone"));
  EXPECT_EQ(books.deposits.begin()->second.status, deposit_status::converting);
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc) << "the user keeps every cent";
  EXPECT_EQ(route.asked.back().wish, step_wish::by_tag) << "from now on depth is not enough";
  EXPECT_EQ(route.asked.back().attempt, 0U) << "its transaction is looked up, not made anew";

  route.otherwise = finalized(28_usdc);
  advance(seconds{10});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(row().received, 28_usdc);
  EXPECT_EQ(books.buffer.balance, 128_usdc);
  EXPECT_EQ(books.loss, 2_usdc);
  EXPECT_EQ(books.in_transit, usdc{});
  EXPECT_FALSE(lasts("conversion.undone"));
}

TEST_F(ConversionProofs, WhatComesBackInTimeIsNotUndone) {
  route.otherwise = gone();
  advance(seconds{20});
  ASSERT_EQ(can_pay(), 100_usdc);
  route.otherwise = done_by_depth(29_usdc);
  advance(seconds{10});
  EXPECT_EQ(can_pay(), 129_usdc);
  EXPECT_FALSE(dir.gauges.alerts().lasts("buffer.held_back", ""));
  advance(minutes{3});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(row().undone, 0U);
}

TEST_F(ConversionProofs, NobodysWordIsNoReasonToUndo) {
  step_progress silent;
  silent.state = state::unreadable;
  silent.calls = 1;
  route.otherwise = silent;
  advance(minutes{10});
  route.silent = true;
  advance(minutes{10});
  route.silent = false;
  auto waits = gone();
  waits.gone = false;  // not found, and a node may show its transaction
  route.otherwise = waits;
  advance(minutes{10});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(can_pay(), 129_usdc);
  EXPECT_EQ(fact(converter, "readable"), "yes") << "what is done stops no route";
}

TEST_F(ConversionProofs, WhileTheBufferDoesNotHoldItBettingWaitsAndTheBooksStandStill) {
  const auto bet = ask<usdc>(buffer, deduct{hold_at(1), 120_usdc, 500_usdc});
  ASSERT_EQ(bet->value, 9_usdc);  // promised to a bet: 9 of 129 are left, 29 are gone
  route.otherwise = gone();
  advance(minutes{3});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(books.buffer.balance, 129_usdc);
  EXPECT_EQ(can_pay(), usdc{});
  EXPECT_EQ(ask<usdc>(buffer, deduct{hold_at(2), 1_usdc, 500_usdc})->code, errc::exceeds_max_bet);
  EXPECT_EQ(fact(converter, "stopped"), "0") << "it is asked again";
  tell(buffer, release{hold_at(1)});
  EXPECT_EQ(can_pay(), 100_usdc);
  advance(seconds{20});
  EXPECT_EQ(row().status, conversion_status::running);
  EXPECT_EQ(books.buffer.balance, 100_usdc);
}

TEST_F(ConversionProofs, TheReserveGivesBackFirst) {
  books.buffer.reserve = 10_usdc;
  books.buffer.has_max = true;  // else it is refilled from the reserve
  books.buffer.max_size = 129_usdc;
  ++books.buffer.version;
  tell(buffer, buffer_committed{books.buffer, {}});
  route.otherwise = gone();
  advance(minutes{2});
  ASSERT_EQ(row().status, conversion_status::running);
  EXPECT_EQ(books.buffer.reserve, usdc{});
  EXPECT_EQ(books.buffer.balance, 110_usdc) << "so much more is left to bets";
}

TEST_F(ConversionProofs, ARestartFindsWhatMayBeUndoneInTheBooks) {
  kill(converter);
  route.asked.clear();
  route.otherwise = gone();
  converter = start_conversion();
  advance(minutes{2});
  EXPECT_EQ(row().status, conversion_status::running);
  EXPECT_EQ(row().undone, 1U);
  for (const auto& x : route.asked)
    EXPECT_NE(x.wish, step_wish::go_on) << "nothing is done anew before it is known";
}

TEST_F(ConversionProofs, AnUnknownCommitOfTheMirrorIsNoSecondOne) {
  route.otherwise = gone();
  store.commits = {scripted_store::commit_end::lost_after};
  advance(minutes{3});
  EXPECT_EQ(row().undone, 1U);
  EXPECT_EQ(books.buffer.balance, 100_usdc);
  EXPECT_EQ(row().status, conversion_status::running);
}

TEST_F(ConversionProofs, AnotherAmountInItsPlaceIsBookedAsItIs) {
  route.words = {done_by_depth(27_usdc)};
  route.otherwise = finalized(27_usdc);
  advance(seconds{30});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(row().received, 27_usdc);
  EXPECT_EQ(row().undone, 1U);
  EXPECT_EQ(books.buffer.balance, 127_usdc);
  EXPECT_EQ(books.loss, 3_usdc);
}

/// A running one: the arrival that its swap was made of is gone.
struct ProofsOfARunningOne : ConversionProofs {
  void SetUp() override {
    route.steps = {"bridge", "swap"};
    start_journal();
    start_query();
    buffer = start_buffer(100_usdc);
    deposit d;
    d.id.bytes[0] = 1;
    d.user = user(1);
    d.amount = 30_usdc;
    d.status = deposit_status::pending;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(1);
    books.deposits.emplace(d.id, d);
    route.words = {done_by_depth(29_usdc)};
    route.otherwise.state = state::in_flight;
    start_route();
    converter = start_conversion();
    advance(seconds{3});
  }
};

TEST_F(ProofsOfARunningOne, TheEarlierStepIsInFlightAgainAndTheBufferKnowsNothingOfIt) {
  ASSERT_EQ(row().steps[0].state, "done");
  ASSERT_TRUE(row().steps[0].by_depth);
  route.otherwise = gone();
  advance(minutes{3});
  EXPECT_EQ(row().steps[0].state, "in_flight");
  EXPECT_EQ(row().steps[1].state, "waiting");
  EXPECT_EQ(row().status, conversion_status::running);
  EXPECT_EQ(row().undone, 0U) << "nothing had been posted";
  EXPECT_EQ(books.buffer.balance, 100_usdc);
  EXPECT_FALSE(dir.gauges.alerts().lasts("buffer.held_back", ""));
  EXPECT_TRUE(lasts("conversion.undone"));
  route.otherwise = finalized(29_usdc);
  advance(seconds{20});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(books.buffer.balance, 129_usdc);
}

TEST_F(ProofsOfARunningOne, SixFailuresInAnHourWaitForAnOperator) {
  step_progress failed;
  failed.state = state::failed;
  failed.detail = "note=the swap reverted";
  route.otherwise = failed;
  advance(minutes{30});
  EXPECT_EQ(row().steps[1].state, "held");
  EXPECT_EQ(row().steps[1].attempt, 6U);
  EXPECT_TRUE(lasts("conversion.held"));
  EXPECT_EQ(row().status, conversion_status::running) << "it costs nothing, so it ends nothing";
  const auto say = [this](order_word word) {
    order_conversion x;
    x.id = row().id;
    x.order.word = word;
    x.order.by = "cli:ann";
    x.order.reason = "the pool is back";
    x.order.at = now();
    committed out;
    ASSERT_EQ(books.apply(x, out), errc::none);
  };
  say(order_word::look);
  advance(minutes{30});
  EXPECT_EQ(row().steps[1].attempt, 6U) << "a look is no release";
  kill(converter);
  converter = start_conversion();
  advance(minutes{30});
  EXPECT_EQ(row().steps[1].attempt, 6U) << "nor is a restart";
  EXPECT_TRUE(lasts("conversion.held"));
  route.otherwise = finalized(29_usdc);
  say(order_word::release);
  advance(seconds{10});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_FALSE(lasts("conversion.held"));
}

}  // namespace
}  // namespace headroom::test
