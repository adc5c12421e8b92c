#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "tests/payout/story.hpp"

namespace headroom::test {
namespace {

story_scale small_scale() {
  story_scale scale;
  scale.bets = 300;
  scale.markets = 12;
  scale.neg_risk = 3;
  scale.split = 3;
  scale.users = 12;
  scale.crashes = 1;
  return scale;
}

/// A small story that ended well. Its books are altered in one place, which must be noticed.
struct Comparison : testing::Test {
  static void SetUpTestSuite() {
    spdlog::set_level(spdlog::level::off);
    told = std::make_unique<story>(small_scale());
    how_it_ended = told->tell();
  }
  static void TearDownTestSuite() {
    told.reset();
    spdlog::set_level(spdlog::level::info);
  }
  void SetUp() override {
    ASSERT_EQ(how_it_ended, "");
    books = told->books();
  }

  std::string said() const { return compare(told->world(), told->people(), books); }

  template <class Row, class So>
  static Row& first(std::vector<Row>& rows, So so) {
    const auto i = std::find_if(rows.begin(), rows.end(), so);
    if (i == rows.end()) throw std::logic_error("the small story has no such row");
    return *i;
  }
  bet& paid_bet() {
    return first(books.bets, [](const bet& b) { return b.payout.is_positive(); });
  }
  bet& failed_bet() {
    return first(books.bets, [](const bet& b) { return b.status == bet_status::failed; });
  }
  sale& sold() {
    return first(books.sales, [](const sale& s) { return s.status == sale_status::sold; });
  }
  position& paid_position() {
    return first(books.positions, [](const position& p) { return p.payout.is_positive(); });
  }
  settlement& some_settlement() {
    return first(books.settlements, [](const settlement& s) { return s.paid.is_positive(); });
  }

  static inline std::unique_ptr<story> told;
  static inline std::string how_it_ended;
  final_books books;
};

TEST_F(Comparison, WhatTheStoryLeftIsWhatItMustBe) { EXPECT_EQ(said(), ""); }

TEST_F(Comparison, AMicroInABalanceIsNoticed) {
  ++books.balances.begin()->second;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, APayoutThatWasRoundedUpIsNoticed) {
  ++paid_position().payout.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, APayoutOfABetThatIsNotItsPartIsNoticed) {
  --paid_bet().payout.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, AWinnerThatIsCalledALoserIsNoticed) {
  paid_bet().result = settlement_result::lost;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, AFilledBetThatIsCalledFailedIsNoticed) {
  paid_bet().status = bet_status::failed;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ABetThatIsLeftAtTheVenueIsNoticed) {
  failed_bet().status = bet_status::placing;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ABetThatIsMissingIsNoticed) {
  books.bets.pop_back();
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ABetThatStandsThereTwiceIsNoticed) {
  books.bets.push_back(failed_bet());
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ARefundThatWasKeptIsNoticed) {
  --failed_bet().refunded.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ProceedsThatTheVenueDidNotPayAreNoticed) {
  ++sold().proceeds.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ASaleThatNobodyAskedForIsNoticed) {
  ++books.sale_rows;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, SharesThatNobodySoldAreNoticed) {
  --paid_position().shares.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, APositionThatIsMissingIsNoticed) {
  books.positions.pop_back();
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ASettlementThatStaysOpenIsNoticed) {
  some_settlement().status = settlement_status::open;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ASettlementThatWasPaidTwiceIsNoticed) {
  auto& s = some_settlement();
  s.paid = add_saturating(s.paid, s.paid);
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, ASettlementThatIsMissingIsNoticed) {
  books.settlements.clear();
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, AMicroInTheBufferIsNoticed) {
  ++books.buffer.balance.micro;
  ++books.totals.buffer.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, AMicroOfTheHouseIsNoticed) {
  ++books.totals.revenue.micro;
  EXPECT_NE(said(), "");
}

TEST_F(Comparison, WhatVerifyFindsIsNoticed) {
  books.differences.push_back({"balance", 1, 2});
  EXPECT_NE(said(), "");
}

}  // namespace
}  // namespace headroom::test
