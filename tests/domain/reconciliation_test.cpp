#include "domain/moving_parts.hpp"
#include "domain/step_parts.hpp"
#include "domain/unposted_income.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

const money_source here{137, *address::parse("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359")};

trial_balance books_with(usdc buffer, usdc reserve, usdc in_transit, usdc converting) {
  trial_balance out;
  out.buffer = buffer;
  out.reserve = reserve;
  out.in_transit = in_transit;
  out.converting = converting;
  return out;
}

conversion_step a_step(const char* state, usdc in, usdc out = {}) {
  conversion_step s;
  s.name = "bridge";
  s.state = state;
  s.amount_in = in;
  s.amount_out = out;
  return s;
}

conversion one_with(std::vector<conversion_step> steps, usdc amount = 30_usdc) {
  conversion out;
  out.amount = amount;
  out.steps = std::move(steps);
  return out;
}

/// With this one among the running.
trial_balance running_in(trial_balance books, const conversion& c) {
  for (const auto& x : moneys_of(c, here)) books.moving.push_back(x);
  return books;
}

TEST(Reconciliation, WhatIsBookedAndThereIsClean) {
  const auto r = reconcile(books_with(100_usdc, 20_usdc, 5_usdc, {}), {5_usdc, 120_usdc});
  EXPECT_TRUE(r.clean());
  EXPECT_EQ(r.unexplained, 0_usdc);
  EXPECT_EQ(r.waiting, 5_usdc);
}

TEST(Reconciliation, WhatIsMissingIsToldByItsSide) {
  const auto r = reconcile(books_with(100_usdc, 20_usdc, 5_usdc, {}), {4_usdc, 110_usdc});
  EXPECT_FALSE(r.clean());
  EXPECT_EQ(r.short_of, 10_usdc);
  EXPECT_EQ(r.sources_short_of, 1_usdc);
}

TEST(Reconciliation, WhatIsThereBeyondTheBooksIsUnexplainedUnlessBetsMayStillHaveIt) {
  auto books = books_with(100_usdc, {}, {}, {});
  EXPECT_EQ(reconcile(books, {{}, 107_usdc}).unexplained, 7_usdc);
  books.at_venue = 5_usdc;
  EXPECT_EQ(reconcile(books, {{}, 107_usdc}).unexplained, 2_usdc);
  EXPECT_TRUE(reconcile(books, {{}, 100_usdc}).clean()) << "they may be filled by now";
}

TEST(Reconciliation, WhatArrivedAndIsNotBookedMustBeThere) {
  const auto books = running_in(books_with(100_usdc, {}, 30_usdc, 30_usdc),
                                one_with({a_step("done", 30_usdc, 29_usdc)}));
  EXPECT_TRUE(reconcile(books, {{}, 129_usdc}).clean());
  EXPECT_EQ(reconcile(books, {{}, 129_usdc}).unexplained, 0_usdc);
  EXPECT_EQ(reconcile(books, {{}, 100_usdc}).short_of, 29_usdc);
}

TEST(Reconciliation, WhatWasPaidWithUsdcOnPolygonIsThereUntilItIsBooked) {
  auto books = books_with(100_usdc, {}, 8_usdc, {});
  books.waits_here = 5_usdc;
  EXPECT_TRUE(reconcile(books, {3_usdc, 105_usdc}).clean());
  EXPECT_EQ(reconcile(books, {3_usdc, 104_usdc}).short_of, 1_usdc);
  EXPECT_EQ(reconcile(books, {2_usdc, 105_usdc}).sources_short_of, 1_usdc);
  books = books_with(100_usdc, {}, 30_usdc, 30_usdc);
  for (auto running : {one_with({}), one_with({a_step("in_flight", 30_usdc)})}) {
    running.source = here;
    const auto r = reconcile(running_in(books, running), {{}, 130_usdc});
    EXPECT_TRUE(r.clean());
    EXPECT_EQ(r.waits_here, 30_usdc);
    EXPECT_EQ(r.unexplained, 0_usdc);
  }
}

TEST(Reconciliation, AWithdrawalThatIsNotSentIsStillThere) {
  auto books = books_with(100_usdc, {}, {}, {});
  books.outgoing = 9_usdc;
  books.leaving = 4_usdc;
  const auto r = reconcile(books, {{}, 105_usdc});
  EXPECT_TRUE(r.clean());
  EXPECT_EQ(r.unsent, 5_usdc);
  EXPECT_EQ(r.unexplained, 0_usdc);
  EXPECT_EQ(reconcile(books, {{}, 103_usdc}).short_of, 2_usdc);
}

/// Else a transfer that was booked long ago would pass for a stranger's while other money leaves.
TEST(Reconciliation, WhatMayBeLeavingIsNeitherMissingNorUnexplained) {
  auto books = books_with(100_usdc, {}, {}, {});
  books.outgoing = books.leaving = 60_usdc;
  EXPECT_EQ(reconcile(books, {{}, 160_usdc}).unexplained, 0_usdc) << "it is not mined yet";
  EXPECT_EQ(reconcile(books, {{}, 165_usdc}).unexplained, 5_usdc);
  EXPECT_TRUE(reconcile(books, {{}, 100_usdc}).clean()) << "it is mined";
}

TEST(Reconciliation, IncomeThatIsNotPostedIsNoStrangersMoney) {
  const auto books = books_with(100_usdc, {}, {}, {});
  const unposted_income income{10_usdc, 20_usdc, 3_usdc};
  EXPECT_EQ(reconcile(books, {{}, 133_usdc}, income).unexplained, 0_usdc);
  EXPECT_EQ(reconcile(books, {{}, 134_usdc}, income).unexplained, 1_usdc);
  EXPECT_TRUE(reconcile(books, {{}, 100_usdc}, income).clean()) << "it may not have come yet";
}

/// Drift inside a running conversion: until it sends something its money is where it was.
TEST(Reconciliation, ARunningConversionThatSentNothingStillHasItsMoney) {
  const auto books = books_with({}, {}, 30_usdc, 30_usdc);
  for (const auto& running : {one_with({}), one_with({a_step("in_flight", 30_usdc)}),
                              one_with({a_step("held", 30_usdc)})}) {
    EXPECT_TRUE(reconcile(running_in(books, running), {30_usdc, {}}).clean());
    EXPECT_EQ(reconcile(running_in(books, running), {12_usdc, {}}).sources_short_of, 18_usdc);
  }
  auto sent = one_with({a_step("in_flight", 30_usdc)});
  sent.steps[0].operations = {operation_id{}};
  const auto r = reconcile(running_in(books, sent), {{}, {}});
  EXPECT_TRUE(r.clean());
  EXPECT_EQ(r.between, 30_usdc);
  EXPECT_EQ(reconcile(running_in(books, sent), {31_usdc, {}}).sources_unexplained, 1_usdc)
      << "it may not have left yet, and more than that nothing explains";
}

/// A later step's money is where the step before brought it: as USDT0 before a swap, as the
/// buffer's token before it is wrapped, and at an exchange on no chain.
TEST(Reconciliation, ALaterStepStillHasWhatTheOneBeforeBrought) {
  const auto books = books_with({}, {}, 30_usdc, 30_usdc);
  const auto second = [&](const char* name) {
    auto c = one_with({a_step("done", 30_usdc, 29_usdc), a_step("held", 29_usdc)});
    c.steps[1].name = name;
    return running_in(books, c);
  };
  EXPECT_EQ(reconcile(second("swap"), {28_usdc, {}}).sources_short_of, 1_usdc);
  EXPECT_EQ(reconcile(second("wrap"), {{}, 28_usdc}).short_of, 1_usdc);
  EXPECT_TRUE(reconcile(second("wrap"), {{}, 29_usdc}).clean());
  EXPECT_TRUE(reconcile(second("trade"), {}).clean());
  EXPECT_EQ(reconcile(second("trade"), {}).between, 29_usdc);
}

TEST(Reconciliation, WhatWasSentBetweenTwoLooksAtTheBooksLacksNothing) {
  const auto waits = one_with({a_step("in_flight", 30_usdc)});
  auto sent = waits;
  sent.steps[0].operations = {operation_id{}};
  const auto books = books_with({}, {}, 30_usdc, 30_usdc);
  const auto before = running_in(books, waits);
  auto kept = before;
  keep_what_stood_still(kept, running_in(books, sent));
  EXPECT_TRUE(reconcile(kept, {}).clean());
  kept = before;
  keep_what_stood_still(kept, books);
  EXPECT_TRUE(reconcile(kept, {}).clean()) << "it is over by now";
  kept = before;
  keep_what_stood_still(kept, before);
  EXPECT_EQ(reconcile(kept, {}).sources_short_of, 30_usdc);
  keep_nothing_standing(kept);
  EXPECT_TRUE(reconcile(kept, {}).clean());
}

/// A bridging of 90 that goes in three, then what follows it.
conversion in_parts(std::vector<step_parts::part> parts, const char* next = nullptr) {
  auto out = one_with({a_step("in_flight", 90_usdc)}, 90_usdc);
  out.steps[0].operations = {operation_id{}};
  out.steps[0].detail =
      "at=1800000000 parts=" + step_parts::text_of(parts) + " note=part 2 of 3: x";
  if (next != nullptr) {
    out.steps.push_back(a_step("waiting", {}));
    out.steps[1].name = next;
  }
  return out;
}

std::vector<step_parts::part> three(step_parts::part_state a, step_parts::part_state b,
                                    step_parts::part_state c) {
  auto out = step_parts::parts_of(90_usdc, 30'000'000, 4);
  const step_parts::part_state states[] = {a, b, c};
  for (std::size_t i = 0; i < 3; ++i) {
    out[i].state = states[i];
    if (out[i].is_filled()) out[i].out = 29_usdc;
  }
  return out;
}

/// Each part is where it is: those that came are no stranger's money, those that did not leave lack
/// when they are gone.
TEST(Reconciliation, PartsOfAStepAreEachWhereTheyAre) {
  using enum step_parts::part_state;
  const auto books = books_with({}, {}, 90_usdc, 90_usdc);
  const auto to_usdc = running_in(books, in_parts(three(filled, deposited, planned)));
  const auto r = reconcile(to_usdc, {30_usdc, 29_usdc});
  EXPECT_TRUE(r.clean());
  EXPECT_EQ(r.arrived, 29_usdc);
  EXPECT_EQ(r.between, 30_usdc);
  EXPECT_EQ(r.not_sent, 30_usdc);
  EXPECT_EQ(r.unexplained, 0_usdc);
  EXPECT_EQ(r.sources_unexplained, 0_usdc);
  EXPECT_EQ(reconcile(to_usdc, {30_usdc, 28_usdc}).short_of, 1_usdc);
  EXPECT_EQ(reconcile(to_usdc, {29_usdc, 29_usdc}).sources_short_of, 1_usdc);
  EXPECT_EQ(reconcile(to_usdc, {30_usdc, 31_usdc}).unexplained, 2_usdc);

  const auto before_wrap = running_in(books, in_parts(three(filled, filled, sent), "wrap"));
  EXPECT_EQ(reconcile(before_wrap, {{}, 58_usdc}).arrived, 58_usdc);
  const auto before_swap = running_in(books, in_parts(three(filled, expired, planned), "swap"));
  const auto s = reconcile(before_swap, {59_usdc, {}});
  EXPECT_TRUE(s.clean());
  EXPECT_EQ(s.not_sent, 59_usdc) << "what came waits for its swap, as what was not sent does";
  EXPECT_EQ(s.between, 30_usdc);
}

TEST(Reconciliation, OfPartsThatLeftBetweenTwoLooksTheRestStillStands) {
  using enum step_parts::part_state;
  const auto books = books_with({}, {}, 90_usdc, 90_usdc);
  auto before = running_in(books, in_parts(three(sent, planned, planned)));
  keep_what_stood_still(before, running_in(books, in_parts(three(filled, sent, planned))));
  const auto r = reconcile(before, {30_usdc, {}});
  EXPECT_TRUE(r.clean());
  EXPECT_EQ(r.not_sent, 30_usdc);
  EXPECT_EQ(r.between, 60_usdc);
  EXPECT_EQ(reconcile(before, {29_usdc, {}}).sources_short_of, 1_usdc);
}

TEST(Reconciliation, PartsThatNobodyCanReadAreUnderWay) {
  using enum step_parts::part_state;
  auto c = in_parts(three(filled, sent, planned));
  const auto books = books_with({}, {}, 90_usdc, 90_usdc);
  for (const auto* detail : {"", "parts=30.00,filled", "note=parts=30.00,filled;60.00,planned"}) {
    c.steps[0].detail = detail;
    EXPECT_EQ(reconcile(running_in(books, c), {}).between, 90_usdc) << detail;
  }
}

}  // namespace
}  // namespace headroom
