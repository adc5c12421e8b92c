#include "domain/conversion.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using std::chrono::milliseconds;
using move = conversion_move;
using word = step_state;

constexpr auto start = timestamp::of_seconds(1'000);

hash256 tx(std::uint8_t n) {
  hash256 h;
  h.bytes[31] = n;
  return h;
}

conversion hundred() {
  conversion row;
  row.amount = 100_usdc;
  return row;
}

conversion_progress two_steps(conversion row = hundred()) {
  return {std::move(row), {"bridge", "swap"}, {}, start};
}

conversion_move hear(conversion_progress& p, step_state what, usdc out, const hash256& hash,
                     const std::string& detail) {
  return p.heard({what, out, hash, detail, {}}, start);
}

conversion_move hear_at(conversion_progress& p, step_state what, timestamp at) {
  return p.heard({what, {}, {}, "reverted", {}}, at);
}

TEST(Conversion, ReceiptsChainFromStepToStepAndTheRestIsLoss) {
  auto p = two_steps();
  EXPECT_EQ(p.step().name, "bridge");
  EXPECT_EQ(p.step().state, "in_flight");
  EXPECT_EQ(p.step().amount_in, 100_usdc);

  EXPECT_EQ(hear(p, word::done, 99_usdc, tx(1), "guid"), move::record);
  EXPECT_EQ(p.row().steps[0].state, "done");
  EXPECT_EQ(p.row().steps[0].tx_hash, tx(1));
  EXPECT_EQ(p.step_index(), 1U);
  EXPECT_EQ(p.step().amount_in, 99_usdc) << "what arrived, not what was sent";

  EXPECT_EQ(hear(p, word::done, 98_usdc, tx(2), ""), move::arrive);
  EXPECT_TRUE(p.finished());
  EXPECT_EQ(p.received(), 98_usdc);
}

TEST(Conversion, RunsAlongARouteWhoseFirstStepsItHas) {
  const std::vector<std::string> route{"bridge", "swap"};
  auto row = hundred();
  EXPECT_TRUE(runs_along(row, route)) << "it has none yet";
  EXPECT_TRUE(runs_along(two_steps().row(), route));
  EXPECT_FALSE(runs_along(two_steps().row(), std::vector<std::string>{"bridge"})) << "one is gone";
  EXPECT_FALSE(runs_along(two_steps().row(), std::vector<std::string>{"wait", "bridge", "swap"}));
  row.steps.emplace_back();
  row.steps.front().name = "swap";
  EXPECT_FALSE(runs_along(row, route));
}

TEST(Conversion, ASurplusIsTakenAsItArrived) {
  auto p = two_steps();
  EXPECT_EQ(hear(p, word::done, 100_usdc, tx(1), ""), move::record);
  EXPECT_EQ(hear(p, word::done, 101_usdc, tx(2), ""), move::arrive);
  EXPECT_EQ(p.received(), 101_usdc);
  EXPECT_EQ(sub(p.row().amount, p.received()), usdc{-1'000'000});
}

TEST(Conversion, InFlightIsRecordedOnceAndOnlyWhenSomethingIsNew) {
  auto p = two_steps();
  EXPECT_EQ(hear(p, word::in_flight, {}, tx(1), ""), move::record);
  EXPECT_EQ(hear(p, word::in_flight, {}, tx(1), ""), move::wait);
  EXPECT_EQ(hear(p, word::in_flight, {}, tx(1), "guid"), move::record);
  EXPECT_EQ(hear(p, word::in_flight, {}, tx(1), "guid"), move::wait);
}

TEST(Conversion, WhatCannotBeReadChangesNothing) {
  auto p = two_steps();
  EXPECT_EQ(hear(p, word::unreadable, 50_usdc, tx(9), "noise"), move::wait);
  EXPECT_TRUE(p.step().tx_hash.is_zero());
  EXPECT_EQ(p.step().detail, "");
  EXPECT_EQ(p.row().attempts, 0U);
}

TEST(Conversion, AFailedStepIsHeldAndTriedAgainUnderANewAttemptHoweverOften) {
  auto p = two_steps();
  for (std::uint32_t n = 1; n <= 50; ++n) {
    EXPECT_EQ(hear(p, word::failed, {}, {}, "reverted"), move::record);
    EXPECT_EQ(p.step().attempt, n);
    EXPECT_EQ(p.row().attempts, n);
    EXPECT_EQ(p.step().state, "held");
    EXPECT_EQ(p.step().detail, "reverted");
    EXPECT_EQ(p.step().amount_in, 100_usdc);
  }
  EXPECT_EQ(p.row().failure, "");
  EXPECT_EQ(hear(p, word::in_flight, {}, tx(1), "sent"), move::record);
  EXPECT_EQ(p.step().state, "in_flight");
  EXPECT_EQ(hear(p, word::done, 99_usdc, tx(1), ""), move::record);
  EXPECT_EQ(p.step().name, "swap");
  EXPECT_EQ(p.step().attempt, 0U);
}

TEST(Conversion, EveryFailureDoublesThePauseUpToABound) {
  conversion_progress p{hundred(), {"bridge"}, {milliseconds{500}, milliseconds{4'000}}, start};
  EXPECT_EQ(p.pause(), milliseconds{0});
  for (const auto wanted : {500, 1'000, 2'000, 4'000, 4'000, 4'000}) {
    hear(p, word::failed, {}, {}, "reverted");
    EXPECT_EQ(p.pause(), milliseconds{wanted});
  }
  for (int n = 0; n < 100; ++n) hear(p, word::failed, {}, {}, "reverted");
  EXPECT_EQ(p.pause(), milliseconds{4'000});
}

TEST(Conversion, SixFailuresInAnHourWaitForAnOperatorAndHisWordForgivesThem) {
  auto p = two_steps();
  const auto fail_at = [&](std::chrono::minutes after) {
    hear_at(p, word::failed, start.plus(after));
  };
  for (int n = 0; n < 5; ++n) fail_at(std::chrono::minutes{n});
  EXPECT_FALSE(p.awaits_operator());
  fail_at(std::chrono::minutes{61});
  EXPECT_FALSE(p.awaits_operator()) << "the first one was more than an hour ago";
  for (int n = 62; n <= 66; ++n) fail_at(std::chrono::minutes{n});
  EXPECT_TRUE(p.awaits_operator());
  EXPECT_EQ(p.step().attempt, 11U);
  EXPECT_FALSE(p.forgive(start)) << "a word from before they failed";
  EXPECT_TRUE(p.awaits_operator());
  EXPECT_TRUE(conversion_progress(p.row(), {"bridge", "swap"}, {}, start).awaits_operator())
      << "a restart forgets none";
  EXPECT_TRUE(p.forgive(start.plus(std::chrono::minutes{66})));
  EXPECT_FALSE(p.awaits_operator());
  fail_at(std::chrono::minutes{67});
  EXPECT_FALSE(p.awaits_operator()) << "counted anew";
}

TEST(Conversion, WhatAReorganisationUndoesIsInFlightAgainAndWhatFollowedWaitsForIt) {
  auto p = two_steps();
  EXPECT_EQ(p.heard({word::done, 99_usdc, tx(1), "guid", {}, true}, start), move::record);
  operation_id swap{{{7}}};
  const std::vector<operation_id> used{swap};
  EXPECT_EQ(p.heard({word::failed, {}, tx(2), "reverted", used}, start), move::record);
  EXPECT_EQ(p.heard({word::done, 98_usdc, tx(3), "", used, true}, start), move::arrive);
  EXPECT_EQ(p.first_by_depth(), 0U);
  p.undo(0, start.plus(std::chrono::seconds{9}));
  EXPECT_FALSE(p.finished());
  EXPECT_EQ(p.step_index(), 0U);
  EXPECT_EQ(p.step().state, "in_flight");
  EXPECT_EQ(p.step().amount_in, 100_usdc);
  EXPECT_EQ(p.step().amount_out, usdc{});
  EXPECT_EQ(p.step().detail, "guid") << "the same message is looked for";
  EXPECT_EQ(p.wish(), step_wish::by_tag);
  EXPECT_FALSE(p.first_by_depth());
  EXPECT_EQ(p.row().steps[1].state, "waiting");
  EXPECT_EQ(p.heard({word::done, 99_usdc, tx(1), "guid", {}}, start), move::record);
  EXPECT_EQ(p.step().attempt, 1U) << "its transaction is looked up, not made anew";
  EXPECT_EQ(p.step().operations, used);
  EXPECT_EQ(p.wish(), step_wish::by_tag) << "it was built on what was undone";
}

TEST(Conversion, AProofThatIsFinalizedIsWatchedNoMore) {
  auto p = two_steps();
  EXPECT_EQ(p.heard({word::done, 99_usdc, tx(1), "guid", {}, true}, start), move::record);
  EXPECT_EQ(p.first_by_depth(), 0U);
  EXPECT_TRUE(any_by_depth(p.row().steps));
  p.settle(0);
  EXPECT_FALSE(p.first_by_depth());
  EXPECT_FALSE(any_by_depth(p.row().steps));
  EXPECT_EQ(p.wish(), step_wish::go_on);
}

TEST(Conversion, WhatIsHeldSaysSoAndGoesOnAsTheSameAttempt) {
  auto p = two_steps();
  EXPECT_EQ(hear(p, word::held, {}, {}, "the price is low"), move::record);
  EXPECT_EQ(p.step().state, "held");
  EXPECT_EQ(hear(p, word::held, {}, {}, "the price is low"), move::wait);
  EXPECT_EQ(p.step().attempt, 0U);
  EXPECT_EQ(p.pause(), milliseconds{0});
  EXPECT_EQ(hear(p, word::in_flight, {}, tx(1), "sent"), move::record);
  EXPECT_EQ(p.step().state, "in_flight");
}

TEST(Conversion, EveryOperationOfEveryAttemptIsRememberedOnce) {
  operation_id one{{{1}}};
  operation_id two{{{2}}};
  auto p = two_steps();
  const auto say = [&](std::vector<operation_id> ids) {
    return p.heard({word::in_flight, {}, tx(1), "", ids}, start);
  };
  EXPECT_EQ(say({one}), move::record);
  EXPECT_EQ(say({one}), move::wait);
  EXPECT_EQ(say({two, one}), move::record);
  EXPECT_EQ(say({}), move::wait);
  EXPECT_EQ(p.step().operations, (std::vector{one, two}));
}

TEST(Conversion, LooksAtASlowStepMakeNoAttempts) {
  auto p = two_steps();
  for (int n = 0; n < 20; ++n) p.look_again();
  EXPECT_EQ(p.row().attempts, 20U);
  EXPECT_EQ(p.step().attempt, 0U);
}

TEST(Conversion, AStoredOneGoesOnWhereItStood) {
  auto row = hundred();
  row.steps = {{"bridge", "done", 100_usdc, 99_usdc, tx(1), 2, "guid", start, start},
               {"swap", "in_flight", 99_usdc, {}, tx(2), 1, "", start, {}}};
  row.attempts = 3;
  const auto p = two_steps(row);
  EXPECT_EQ(p.step_index(), 1U);
  EXPECT_EQ(p.step().tx_hash, tx(2));
  EXPECT_EQ(p.step().attempt, 1U);
  EXPECT_EQ(p.row().attempts, 3U);
}

TEST(Conversion, ACrashBetweenTwoStepsStartsTheNextWithWhatArrived) {
  auto row = hundred();
  row.steps = {{"bridge", "done", 100_usdc, 97_usdc, tx(1), 0, "", start, start}};
  const auto p = two_steps(row);
  EXPECT_EQ(p.step().name, "swap");
  EXPECT_EQ(p.step().amount_in, 97_usdc);
  EXPECT_EQ(p.row().steps.size(), 2U);
}

TEST(Conversion, OneWithAllStepsDoneHasArrivedWhateverIsSaid) {
  auto row = hundred();
  row.steps = {{"bridge", "done", 100_usdc, 99_usdc, tx(1), 0, "", start, start},
               {"swap", "done", 99_usdc, 98_usdc, tx(2), 0, "", start, start}};
  auto p = two_steps(row);
  EXPECT_TRUE(p.finished());
  EXPECT_EQ(p.received(), 98_usdc);
  EXPECT_EQ(hear(p, word::failed, {}, {}, "late noise"), move::arrive);
  EXPECT_EQ(p.received(), 98_usdc);
}

}  // namespace
}  // namespace headroom
