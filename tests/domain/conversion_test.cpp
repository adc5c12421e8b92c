#include "domain/conversion.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using std::chrono::milliseconds;
using move = conversion_move;
using word = step_word;

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

TEST(Conversion, ReceiptsChainFromStepToStepAndTheRestIsLoss) {
  auto p = two_steps();
  EXPECT_EQ(p.step().name, "bridge");
  EXPECT_EQ(p.step().state, "in_flight");
  EXPECT_EQ(p.step().amount_in, 100_usdc);

  EXPECT_EQ(p.heard(word::done, 99_usdc, tx(1), "guid", start), move::record);
  EXPECT_EQ(p.row().steps[0].state, "done");
  EXPECT_EQ(p.row().steps[0].tx_hash, tx(1));
  EXPECT_EQ(p.step_index(), 1U);
  EXPECT_EQ(p.step().amount_in, 99_usdc) << "what arrived, not what was sent";

  EXPECT_EQ(p.heard(word::done, 98_usdc, tx(2), "", start), move::arrive);
  EXPECT_TRUE(p.finished());
  EXPECT_EQ(p.received(), 98_usdc);
}

TEST(Conversion, ASurplusIsTakenAsItArrived) {
  auto p = two_steps();
  EXPECT_EQ(p.heard(word::done, 100_usdc, tx(1), "", start), move::record);
  EXPECT_EQ(p.heard(word::done, 101_usdc, tx(2), "", start), move::arrive);
  EXPECT_EQ(p.received(), 101_usdc);
  EXPECT_EQ(sub(p.row().amount, p.received()), usdc{-1'000'000});
}

TEST(Conversion, InFlightIsRecordedOnceAndOnlyWhenSomethingIsNew) {
  auto p = two_steps();
  EXPECT_EQ(p.heard(word::in_flight, {}, tx(1), "", start), move::record);
  EXPECT_EQ(p.heard(word::in_flight, {}, tx(1), "", start), move::wait);
  EXPECT_EQ(p.heard(word::in_flight, {}, tx(1), "guid", start), move::record);
  EXPECT_EQ(p.heard(word::in_flight, {}, tx(1), "guid", start), move::wait);
}

TEST(Conversion, WhatCannotBeReadChangesNothing) {
  auto p = two_steps();
  EXPECT_EQ(p.heard(word::unreadable, 50_usdc, tx(9), "noise", start), move::wait);
  EXPECT_TRUE(p.step().tx_hash.is_zero());
  EXPECT_EQ(p.step().detail, "");
  EXPECT_EQ(p.row().attempts, 0U);
}

TEST(Conversion, AFailedStepIsTriedAgainUnderANewAttemptUntilTheyAreUsedUp) {
  auto p = two_steps();
  for (std::uint32_t n = 1; n <= 5; ++n) {
    EXPECT_EQ(p.heard(word::failed, {}, {}, "reverted", start), move::record);
    EXPECT_EQ(p.step().attempt, n);
    EXPECT_EQ(p.row().attempts, n);
    EXPECT_EQ(p.step().state, "in_flight");
    EXPECT_EQ(p.step().amount_in, 100_usdc);
  }
  EXPECT_EQ(p.heard(word::failed, {}, {}, "reverted", start), move::give_up);
  EXPECT_EQ(p.step().state, "failed");
  EXPECT_EQ(p.row().failure, "bridge: reverted");
  EXPECT_FALSE(p.finished());
}

TEST(Conversion, WhatIsGivenUpStaysSoWhateverTheRouteSaysLater) {
  auto p = two_steps();
  for (int n = 0; n < 5; ++n) EXPECT_EQ(p.heard(word::failed, {}, {}, "x", start), move::record);
  EXPECT_FALSE(p.given_up());
  EXPECT_EQ(p.heard(word::failed, {}, {}, "reverted", start), move::give_up);
  EXPECT_TRUE(p.given_up());
  for (const auto w : {word::done, word::in_flight, word::failed, word::unreadable})
    EXPECT_EQ(p.heard(w, 100_usdc, tx(1), "late", start), move::give_up);
  EXPECT_EQ(p.step().attempt, 6U);
  EXPECT_EQ(p.row().failure, "bridge: reverted");
}

TEST(Conversion, ItIsStuckWithoutProgressAndARetryGivesItFreshTime) {
  auto p = two_steps();
  const auto late = start.plus(milliseconds{300'000});
  EXPECT_FALSE(p.stuck(late.plus(milliseconds{-1})));
  EXPECT_TRUE(p.stuck(late));
  p.retry(late);
  EXPECT_FALSE(p.stuck(late));

  EXPECT_EQ(p.heard(word::in_flight, {}, tx(1), "", late), move::record);
  EXPECT_FALSE(p.stuck(late.plus(milliseconds{299'999})));
  EXPECT_EQ(p.heard(word::in_flight, {}, tx(1), "", late.plus(milliseconds{299'999})), move::wait);
  EXPECT_TRUE(p.stuck(late.plus(milliseconds{300'000}))) << "the same word again is no progress";
}

TEST(Conversion, LooksAtASlowStepUseUpNoAttempts) {
  auto p = two_steps();
  for (int n = 0; n < 20; ++n) p.retry(start);
  EXPECT_EQ(p.row().attempts, 20U);
  EXPECT_EQ(p.heard(word::failed, {}, {}, "reverted", start), move::record);
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
  EXPECT_EQ(p.heard(word::failed, {}, {}, "late noise", start), move::arrive);
  EXPECT_EQ(p.received(), 98_usdc);
}

}  // namespace
}  // namespace headroom
