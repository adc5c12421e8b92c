#include "domain/placement.hpp"

#include <gtest/gtest.h>

#include <random>

namespace headroom {
namespace {

using std::chrono::milliseconds;
using enum venue_verdict;
using step = placement_step;

constexpr auto deadline = timestamp::of_seconds(1'000);
constexpr auto before = timestamp::of_seconds(999);
constexpr auto after = timestamp::of_seconds(1'000);  // the deadline itself is too late

placement fresh() { return {placement::limits{}, deadline, false}; }
placement doubtful() { return {placement::limits{}, deadline, true}; }

/// The table above class placement, row by row: the first answer after a POST or a look-up.
TEST(Placement, TheFirstAnswerIsDecidedByTheTable) {
  struct row {
    venue_verdict said;
    bool in_doubt;
    timestamp now;
    step next;
    bool doubt_after;
  };
  const row table[] = {
      {filled, false, before, step::book_fill, false},
      {filled, true, after, step::book_fill, true},
      {refused_conclusive, false, before, step::book_refund, false},
      {refused_conclusive, true, before, step::look_up, true},
      {refused_conclusive, true, after, step::look_up, true},
      {refused, false, before, step::book_refund, false},
      {refused, false, after, step::book_refund, false},
      {refused, true, before, step::look_up, true},
      {refused, true, after, step::cancel, true},
      {not_now, false, before, step::submit, false},
      {not_now, false, after, step::book_refund, false},
      {not_now, true, before, step::look_up, true},
      {not_now, true, after, step::cancel, true},
      {unknown, false, before, step::look_up, true},
      {unknown, true, before, step::look_up, true},
      {unknown, false, after, step::cancel, true},
      {unknown, true, after, step::cancel, true},
      {absent, true, before, step::look_up, true},
      {absent, true, after, step::cancel, true},
      {live, false, before, step::look_up, true},
      {live, true, after, step::cancel, true},
      {matched, false, before, step::look_up, false},
      {matched, true, before, step::look_up, true},
      {matched, false, after, step::cancel, false},
      {over, false, before, step::look_up, true},
      {over, true, after, step::look_up, true},
  };
  for (const auto& r : table) {
    auto p = r.in_doubt ? doubtful() : fresh();
    const auto label = ::testing::Message() << "said " << int(r.said) << " in doubt " << r.in_doubt
                                            << " late " << (r.now >= deadline);
    EXPECT_EQ(p.next(r.said, r.now).step, r.next) << label;
    EXPECT_EQ(p.in_doubt(), r.doubt_after) << label;
  }
}

TEST(Placement, AbsentTwiceBeforeTheDeadlineSendsTheSameBytesAgain) {
  auto p = doubtful();
  EXPECT_EQ(p.next(absent, before).step, step::look_up);
  const auto second = p.next(absent, before);
  EXPECT_EQ(second.step, step::submit);
  EXPECT_EQ(second.wait, milliseconds{0});
  EXPECT_EQ(p.next(absent, before).step, step::look_up) << "the count starts again";
}

TEST(Placement, AnUnknownAnswerStartsTheCountOfAbsencesAgain) {
  auto p = doubtful();
  EXPECT_EQ(p.next(absent, before).step, step::look_up);
  EXPECT_EQ(p.next(unknown, before).step, step::look_up);
  EXPECT_EQ(p.next(absent, before).step, step::look_up);
  EXPECT_EQ(p.next(absent, before).step, step::submit);
}

TEST(Placement, AfterTheDeadlineItCancelsWaitsTheGraceAndOnlyThenRefunds) {
  auto p = doubtful();
  EXPECT_EQ(p.next(absent, after).step, step::cancel);
  EXPECT_EQ(p.after_cancel(true, after).step, step::look_up);
  const auto almost = after.plus(milliseconds{119'999});
  EXPECT_EQ(p.next(absent, almost, almost).step, step::look_up);
  const auto grace_over = after.plus(milliseconds{120'000});
  EXPECT_EQ(p.next(absent, grace_over).step, step::look_up) << "the exchange has not spoken";
  const auto too_early = after.minus(milliseconds{1});
  EXPECT_EQ(p.next(absent, grace_over, too_early).step, step::look_up) << "or not of that time";
  EXPECT_EQ(p.next(absent, grace_over, after).step, step::look_up)
      << "what was on its way then may have filled since";
  const auto later = grace_over.plus(milliseconds{30'000});
  EXPECT_EQ(p.next(absent, later, grace_over).step, step::book_refund);
}

TEST(Placement, ACancelThatMayNotHoldIsAskedAgain) {
  auto p = doubtful();
  EXPECT_EQ(p.next(absent, after).step, step::cancel);
  EXPECT_EQ(p.after_cancel(false, after).step, step::look_up);
  EXPECT_EQ(p.next(absent, after.plus(milliseconds{500'000})).step, step::cancel);
  EXPECT_EQ(p.after_cancel(true, after.plus(milliseconds{500'000})).step, step::look_up);
  EXPECT_EQ(p.next(absent, after.plus(milliseconds{500'001})).step, step::look_up)
      << "the grace starts with the cancel that held, not with the deadline";
}

TEST(Placement, AFillFoundInTheGraceIsBooked) {
  auto p = doubtful();
  EXPECT_EQ(p.next(absent, after).step, step::cancel);
  EXPECT_EQ(p.after_cancel(true, after).step, step::look_up);
  EXPECT_EQ(p.next(filled, after.plus(milliseconds{1})).step, step::book_fill);
}

TEST(Placement, WithoutTheExchangesWordNothingEndsABetHoweverLateItIs) {
  for (const auto said : {unknown, absent, over}) {
    auto p = doubtful();
    EXPECT_NE(p.next(said, after).step, step::book_refund);
    EXPECT_EQ(p.after_cancel(true, after).step, step::look_up);
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(p.next(said, after.plus(std::chrono::hours{24})).step, step::look_up);
  }
}

/// The venue may be silent, and its views unreadable: a cancel that held and a final, untouched
/// exchange are enough.
TEST(Placement, AnUnreadableVenueDoesNotLockTheMoneyForEver) {
  auto p = doubtful();
  EXPECT_EQ(p.next(unknown, after).step, step::cancel);
  EXPECT_EQ(p.after_cancel(true, after).step, step::look_up);
  const auto later = after.plus(milliseconds{120'000});
  EXPECT_EQ(p.next(unknown, later, later).step, step::book_refund);
}

TEST(Placement, AnOrderThatStaysLiveIsCancelledUntilItIsNot) {
  auto p = fresh();
  EXPECT_EQ(p.next(live, before).step, step::look_up);
  EXPECT_EQ(p.next(live, after).step, step::cancel);
  EXPECT_EQ(p.after_cancel(false, after).step, step::look_up);
  const auto much_later = after.plus(milliseconds{500'000});
  EXPECT_EQ(p.next(live, much_later, much_later).step, step::cancel) << "the cancel did not hold";
  EXPECT_EQ(p.after_cancel(true, much_later).step, step::look_up);
  EXPECT_EQ(p.next(over, much_later).step, step::look_up);
  EXPECT_EQ(p.next(over, much_later, much_later).step, step::book_refund);
}

/// The venue has confirmed the cancel and its view never follows.
TEST(Placement, AViewThatCallsACancelledOrderLiveForEverDoesNotLockTheMoney) {
  auto p = fresh();
  EXPECT_EQ(p.next(live, after).step, step::cancel);
  EXPECT_EQ(p.after_cancel(true, after).step, step::look_up);
  const auto graced = after.plus(milliseconds{120'000});
  EXPECT_EQ(p.next(live, graced, graced.minus(milliseconds{1})).step, step::cancel)
      << "the exchange is not final beyond the grace";
  EXPECT_EQ(p.after_cancel(true, graced).step, step::look_up);
  EXPECT_EQ(p.next(live, graced, graced).step, step::book_refund);
}

/// After an answer that was lost the venue may have filled it and forgotten its hash since.
TEST(Placement, AKillOfBytesThatWereSentBeforeIsProvenAtTheExchange) {
  auto p = fresh();
  EXPECT_EQ(p.next(unknown, before).step, step::look_up);
  EXPECT_EQ(p.next(absent, before).step, step::look_up);
  EXPECT_EQ(p.next(absent, before).step, step::submit);
  EXPECT_EQ(p.next(refused_conclusive, before).step, step::look_up);
  EXPECT_EQ(p.next(over, after, before).step, step::book_refund);
}

TEST(Placement, WhatIsOverIsRefundedOnceTheExchangeIsFinalPastThatMoment) {
  auto p = doubtful();
  EXPECT_EQ(p.next(over, before, before.minus(milliseconds{1})).step, step::look_up);
  EXPECT_EQ(p.next(over, after, before.minus(milliseconds{1})).step, step::look_up);
  EXPECT_EQ(p.next(over, after, before).step, step::book_refund);
}

TEST(Placement, AMatchIsFollowedAtOnceAndNeverRefundedNorSentAgain) {
  auto p = fresh();
  const auto first = p.next(matched, before);
  EXPECT_EQ(first.step, step::look_up);
  EXPECT_EQ(first.wait, milliseconds{0});
  EXPECT_TRUE(p.matched());
  EXPECT_FALSE(p.in_doubt());
  EXPECT_GT(p.next(matched, before).wait, milliseconds{0});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(p.next(absent, before).step, step::look_up);
  const auto late = after.plus(std::chrono::hours{24});
  EXPECT_EQ(p.next(matched, late, late).step, step::cancel);
  EXPECT_EQ(p.after_cancel(true, late).step, step::look_up);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(p.next(matched, late.plus(std::chrono::hours{1}), late).step, step::look_up);
}

TEST(Placement, WaitsDoubleUpToTheLongest) {
  auto p = doubtful();
  for (const int ms : {250, 500, 1'000, 2'000, 4'000, 5'000, 5'000})
    EXPECT_EQ(p.next(unknown, before).wait, milliseconds{ms});
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(p.next(unknown, before).wait, milliseconds{5'000});
}

/// Whatever the venue says, a refund is never booked while the order may still fill: only a
/// conclusive no, a first POST that was never in doubt, or the exchange's word: after a full grace
/// for a cancel that held, or past the moment at which the venue called the order over.
TEST(Placement, NoSequenceOfAnswersRefundsAnOrderThatMayStillFill) {
  std::mt19937_64 rng{42};
  int refunds = 0;
  for (int run = 0; run < 20'000; ++run) {
    auto p = rng() % 2 == 0 ? fresh() : doubtful();
    auto now = timestamp::of_seconds(990);
    timestamp cancelled;
    timestamp first_over;
    bool seen = false;
    auto todo = step::submit;
    for (int i = 0; i < 200; ++i) {
      now = now.plus(milliseconds{rng() % 20'000});
      if (todo == step::cancel) {
        const bool held = rng() % 2 == 0;
        if (held && !cancelled.is_set()) cancelled = now;
        todo = p.after_cancel(held, now).step;
        continue;
      }
      const auto said = static_cast<venue_verdict>(rng() % 9);
      const bool doubted = p.in_doubt() || seen;
      const auto until = rng() % 2 == 0 ? now.minus(milliseconds{rng() % 60'000}) : timestamp{};
      const bool called_over = said == over || (said == refused_conclusive && doubted);
      seen = seen || said == matched || said == live || called_over;
      if (said == live && now < deadline) cancelled = {};
      if (said == live || said == matched) first_over = {};
      if (called_over && !first_over.is_set()) first_over = now;
      todo = p.next(said, now, until).step;
      if (todo == step::book_fill) {
        ASSERT_EQ(said, filled);
        break;
      }
      if (todo != step::book_refund) continue;
      ++refunds;
      ASSERT_NE(said, matched) << run;
      const auto enough = cancelled.plus(milliseconds{120'000});
      const bool graced =
          cancelled.is_set() && now >= enough && until >= (said == live ? enough : cancelled);
      const bool ended = called_over && until >= first_over;
      const bool never_taken = said == refused || said == not_now || said == refused_conclusive;
      ASSERT_TRUE(graced || ended || (!doubted && never_taken)) << run;
      break;
    }
  }
  EXPECT_GT(refunds, 5'000);
}

}  // namespace
}  // namespace headroom
