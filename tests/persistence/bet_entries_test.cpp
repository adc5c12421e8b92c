#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

const auto alice = user_of(1);
const auto bob = user_of(2);

struct BetEntries : books {
  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(100, alice, 50_usdc);
    fund(101, bob, 50_usdc);
  }
};

TEST_F(BetEntries, AcceptedBetTakesFromUserAndBuffer) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 40_usdc);
  EXPECT_EQ(outcomes[0].result.balance_version, 2);
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer->balance, 990_usdc);
  EXPECT_EQ(buffer->total_withdrawn, 10_usdc);
  EXPECT_EQ(buffer->total_deposited, 1000_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, StoredBetReadsBackAsItWas) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  const auto read = the_bet(row.id);
  EXPECT_EQ(read.user, row.user);
  EXPECT_EQ(read.token, row.token);
  EXPECT_EQ(read.amount, row.amount);
  EXPECT_EQ(read.max_price, row.max_price);
  EXPECT_EQ(read.status, bet_status::placing);
  EXPECT_EQ(read.request_hash, row.request_hash);
  EXPECT_EQ(read.order_hash, row.order_hash);
  EXPECT_EQ(read.signed_order, row.signed_order);
  EXPECT_EQ(read.deadline, row.deadline);
  EXPECT_EQ(read.created_at, row.created_at);
}

TEST_F(BetEntries, RepeatedAcceptTakesOnceAndAnswersThePresent) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  const auto version = buffer->version;
  EXPECT_EQ(one(accept_bet{row}), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 40_usdc);
  EXPECT_EQ(outcomes[0].result.balance_version, 2);
  ASSERT_TRUE(buffer.has_value());  // whoever lost the first answer gets the row now
  EXPECT_EQ(buffer->balance, 990_usdc);
  EXPECT_GE(buffer->version, version);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, SameIdWithAnotherOrderIsADuplicate) {
  auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  row.order_hash = id_of<hash256>(999);
  EXPECT_EQ(one(accept_bet{row}), errc::duplicate);
  EXPECT_EQ(balance_of(alice), 40_usdc);
}

TEST_F(BetEntries, SameBetTwiceInOneBatchCountsOnce) {
  const auto row = a_bet(1, alice, 10_usdc);
  EXPECT_EQ(verdicts({accept_bet{row}, accept_bet{row}}), (std::vector{errc::none, errc::none}));
  EXPECT_EQ(balance_of(alice), 40_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, UserWhoCannotPayIsRefused) {
  EXPECT_EQ(one(accept_bet{a_bet(1, alice, 51_usdc)}), errc::insufficient_balance);
  EXPECT_EQ(one(accept_bet{a_bet(2, user_of(99), 1_usdc)}), errc::insufficient_balance);
  EXPECT_FALSE(buffer.has_value());
  EXPECT_EQ(db.number("SELECT count(*) FROM bets"), 0);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, BufferThatCannotPayRefuses) {
  fund(102, alice, 2000_usdc);
  EXPECT_EQ(one(accept_bet{a_bet(1, alice, usdc{1000'000'001})}), errc::exceeds_max_bet);
  EXPECT_EQ(one(accept_bet{a_bet(2, alice, 1000_usdc)}), errc::none);
  EXPECT_EQ(buffer->balance, 0_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, ImpossibleAmountsAreRefusedAndLeaveNothing) {
  EXPECT_EQ(one(accept_bet{a_bet(1, alice, usdc{0})}), errc::invariant_violated);
  EXPECT_EQ(one(accept_bet{a_bet(2, alice, usdc{-1})}), errc::invariant_violated);
  EXPECT_EQ(one(accept_bet{a_bet(3, alice, usdc{INT64_MIN})}), errc::invariant_violated);
  EXPECT_EQ(one(accept_bet{a_bet(4, alice, usdc{INT64_MAX})}), errc::insufficient_balance);
  const auto greedy =
      verdicts({accept_bet{a_bet(5, alice, usdc{INT64_MAX})},
                accept_bet{a_bet(6, alice, usdc{INT64_MAX})}, accept_bet{a_bet(7, alice, 1_usdc)}});
  EXPECT_EQ(greedy,
            (std::vector{errc::insufficient_balance, errc::insufficient_balance, errc::none}));
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, FilledBetRefundsTheRest) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  ASSERT_EQ(one(filled(row, 7_usdc, 1_usdc)), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 42_usdc);
  EXPECT_EQ(buffer->balance, 992_usdc);
  EXPECT_EQ(buffer->total_withdrawn, 8_usdc);
  const auto read = the_bet(row.id);
  EXPECT_EQ(read.status, bet_status::filled);
  EXPECT_EQ(read.spent, 7_usdc);
  EXPECT_EQ(read.fee, 1_usdc);
  EXPECT_EQ(read.refunded, 2_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, WhollySpentBetMovesNothing) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  ASSERT_EQ(one(filled(row, 9_usdc, 1_usdc)), errc::none);
  EXPECT_FALSE(buffer.has_value());
  EXPECT_EQ(outcomes[0].result.balance_version, 0);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, FailedBetIsRefundedInFullAndOnce) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  EXPECT_EQ(one(failed(row)), errc::none);
  EXPECT_EQ(one(failed(row)), errc::none);
  EXPECT_EQ(verdicts({failed(row), failed(row)}), (std::vector{errc::none, errc::none}));
  EXPECT_EQ(outcomes[1].result.balance, 50_usdc);
  EXPECT_EQ(the_buffer().balance, 1000_usdc);
  EXPECT_EQ(the_bet(row.id).failure, "no match");
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, AnotherEndOfAFinishedBetIsRefused) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  ASSERT_EQ(one(filled(row, 7_usdc, 1_usdc)), errc::none);
  EXPECT_EQ(one(failed(row)), errc::invariant_violated);
  EXPECT_EQ(one(filled(row, 6_usdc, 1_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(failed(a_bet(77, alice, 10_usdc))), errc::invariant_violated);
  EXPECT_EQ(balance_of(alice), 42_usdc);
}

TEST_F(BetEntries, FinishThatDoesNotAddUpIsRefused) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  auto wrong = failed(row);
  wrong.refunded = 11_usdc;
  EXPECT_EQ(one(wrong), errc::invariant_violated);
  wrong = filled(row, 12_usdc, 1_usdc);  // refunded is -3
  EXPECT_EQ(one(wrong), errc::invariant_violated);
  wrong.spent = wrong.fee = usdc{INT64_MAX};
  EXPECT_EQ(one(wrong), errc::invariant_violated);
  wrong = failed(row);
  wrong.user = bob;
  EXPECT_EQ(one(wrong), errc::invariant_violated);
  wrong = filled(row, 10_usdc, 0_usdc);
  wrong.status = bet_status::failed;  // failed, but the money is gone
  EXPECT_EQ(one(wrong), errc::invariant_violated);
  EXPECT_EQ(the_bet(row.id).status, bet_status::placing);
  EXPECT_EQ(differences(), "");
}

/// What the venue charges above the reserve is booked: the house's loss, once.
TEST_F(BetEntries, AnExcessIsBookedAsTheHousesLossAndOnce) {
  const auto row = a_bet(1, alice, 10_usdc);
  const auto other = a_bet(2, alice, 10_usdc);
  ASSERT_EQ(verdicts({accept_bet{row}, accept_bet{other}}), (std::vector{errc::none, errc::none}));
  auto end = filled(row, 11_usdc, 1_usdc);
  end.refunded = {};
  end.excess = 2_usdc;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(verdicts({end, failed(other)}), (std::vector{errc::none, errc::none})) << i;
    EXPECT_EQ(balance_of(alice), 40_usdc);
    EXPECT_EQ(the_buffer().balance, 988_usdc);
    EXPECT_EQ(reader.trial()->venue_loss, 2_usdc);
    EXPECT_EQ(differences(), "");
  }
  EXPECT_EQ(db.number("SELECT count(*) FROM postings WHERE kind = 7"), 1);
  EXPECT_EQ(the_bet(row.id).spent, 11_usdc);
}

TEST_F(BetEntries, AnExcessThatIsNotOneOrThatTheBufferCannotBearIsRefused) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  auto end = filled(row, 11_usdc, 1_usdc);
  end.refunded = {};
  EXPECT_EQ(one(end), errc::invariant_violated) << "not named";
  end.excess = 1_usdc;
  EXPECT_EQ(one(end), errc::invariant_violated) << "another one";
  auto cheap = filled(row, 7_usdc, 1_usdc);
  cheap.excess = {-1};
  EXPECT_EQ(one(cheap), errc::invariant_violated);
  end.spent = 1010_usdc;
  end.excess = 1001_usdc;
  EXPECT_EQ(one(end), errc::exceeds_max_bet) << "the buffer has 990";
  EXPECT_EQ(the_bet(row.id).status, bet_status::placing);
  EXPECT_EQ(differences(), "");
}

TEST_F(BetEntries, ALossWithoutItsPostingIsFound) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  ASSERT_EQ(one(filled(row, 9_usdc, 1_usdc)), errc::none);
  db.run("UPDATE bets SET fee = 2000000");
  EXPECT_NE(differences().find(" loss: 1000000/0"), std::string::npos) << differences();
}

TEST_F(BetEntries, WordsOfTheVenueAreStoredWhateverTheyAre) {
  const auto row = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{row}), errc::none);
  auto end = failed(row);
  end.failure = "bad \xff\xc0\x80 zero";
  end.failure.push_back('\0');
  end.failure += " {\"x\\\",'} \xe2\x82\xac";
  ASSERT_EQ(one(end), errc::none);
  EXPECT_EQ(the_bet(row.id).failure, "bad ??? zero? {\"x\\\",'} \xe2\x82\xac");
}

}  // namespace
}  // namespace headroom::test
