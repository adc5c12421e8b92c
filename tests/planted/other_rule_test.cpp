#include <gtest/gtest.h>

#include "tests/support/ledger_story.hpp"

namespace headroom::test {
namespace {

/// This program has another rule compiled in (HEADROOM_PLANTED_OTHER_RULE in domain/ledger.cpp).
/// The tests of LedgerAgreement beside it must pass all the same: SQL, verify and the books in
/// memory follow. What was written by hand must not.
TEST(OtherRule, IsNoticedByTheTableThatWasWrittenByHand) {
  std::string noticed;
  for (const auto& line : ledger_story())
    if (text_of(moves_of(line.entry)) != line.postings)
      noticed += std::string{name_of(line.entry)} + " ";
  EXPECT_EQ(noticed, "finish_bet ") << "the venue's loss is paid by another account";
}

TEST(OtherRule, CountsBetsInAnotherTotal) {
  accept_bet taken;
  taken.row.amount = 10_usdc;
  EXPECT_EQ(change_of(buffer_total::withdrawn, moves_of(taken)), usdc{});
  EXPECT_EQ(change_of(buffer_total::deposited, moves_of(taken)), usdc{-10'000'000});
}

}  // namespace
}  // namespace headroom::test
