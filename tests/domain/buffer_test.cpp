#include "domain/buffer.hpp"

#include <gtest/gtest.h>

#include "domain/withdrawals.hpp"

namespace headroom {
namespace {

hold_id hold_at(int n) {
  hold_id id;
  id.bytes[0] = static_cast<std::uint8_t>(n);
  id.bytes[1] = static_cast<std::uint8_t>(n >> 8);
  return id;
}

buffer_row row_of(usdc balance, std::int64_t version) {
  buffer_row row;
  row.balance = balance;
  row.version = version;
  return row;
}

TEST(Hold, OfABetIsItsIdAndLeadsBackToIt) {
  bet_id bet;
  for (std::size_t i = 0; i < bet.bytes.size(); ++i) bet.bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(hold_of(bet).text(), bet.text());
  EXPECT_EQ(bet_of(hold_of(bet)), bet);
}

// -- one user's balance --------------------------------------------------------------------------

TEST(TentativeBook, AvailableIsCommittedMinusTentative) {
  tentative_book book;
  book.set_committed(100_usdc, 1);
  EXPECT_TRUE(book.deduct(hold_at(1), 60_usdc));
  EXPECT_EQ(book.available(), 40_usdc);
  EXPECT_FALSE(book.deduct(hold_at(2), 40'000'001_micro));
  EXPECT_TRUE(book.deduct(hold_at(2), 40_usdc));
  EXPECT_EQ(book.available(), usdc{});
  EXPECT_EQ(book.tentative(), 100_usdc);
  EXPECT_EQ(book.tentative_count(), 2U);
  EXPECT_EQ(book.committed(), 100_usdc);
}

TEST(TentativeBook, ARepeatedDeductTakesOnceWhateverItSays) {
  tentative_book book;
  book.set_committed(100_usdc, 1);
  EXPECT_TRUE(book.deduct(hold_at(1), 60_usdc));
  EXPECT_TRUE(book.deduct(hold_at(1), 60_usdc));
  EXPECT_TRUE(book.deduct(hold_at(1), 1000_usdc));
  EXPECT_EQ(book.available(), 40_usdc);
}

TEST(TentativeBook, NothingAndLessThanNothingCannotBeTaken) {
  tentative_book book;
  book.set_committed(100_usdc, 1);
  EXPECT_FALSE(book.deduct(hold_at(1), usdc{}));
  EXPECT_FALSE(book.deduct(hold_at(1), usdc{-1}));
  EXPECT_FALSE(book.knows(hold_at(1)));
}

TEST(TentativeBook, ForgettingTwiceGivesBackOnce) {
  tentative_book book;
  book.set_committed(100_usdc, 1);
  EXPECT_TRUE(book.deduct(hold_at(1), 30_usdc));
  EXPECT_TRUE(book.deduct(hold_at(2), 30_usdc));
  book.forget(hold_at(1));
  book.forget(hold_at(1));
  book.forget(hold_at(9));
  EXPECT_EQ(book.available(), 70_usdc);
}

TEST(TentativeBook, AnOlderWordOfTheBooksNeverOverwritesANewerOne) {
  tentative_book book;
  book.set_committed(70_usdc, 5);
  book.set_committed(100_usdc, 4);
  EXPECT_EQ(book.committed(), 70_usdc);
  book.set_committed(80_usdc, 6);
  EXPECT_EQ(book.committed(), 80_usdc);
  EXPECT_EQ(book.version(), 6);
}

TEST(TentativeBook, WhatALostAnswerOverstatesIsNothingNotADebt) {
  tentative_book book;
  book.set_committed(100_usdc, 1);
  EXPECT_TRUE(book.deduct(hold_at(1), 80_usdc));
  book.set_committed(20_usdc, 2);  // the commit is known, the end of the hold is still on its way
  EXPECT_EQ(book.available(), usdc{});
  EXPECT_FALSE(book.deduct(hold_at(2), 1_micro));
  book.forget(hold_at(1));
  EXPECT_EQ(book.available(), 20_usdc);
}

// -- the max bet ---------------------------------------------------------------------------------

TEST(MaxBet, IsTheSmallerOfTheTwoAndNamesIt) {
  struct row {
    usdc user, buffer, amount;
    limiting_factor by;
  };
  constexpr row table[] = {
      {10_usdc, 20_usdc, 10_usdc, limiting_factor::user_balance},
      {20_usdc, 10_usdc, 10_usdc, limiting_factor::buffer},
      {10_usdc, 10_usdc, 10_usdc, limiting_factor::user_balance},
      {0_usdc, 10_usdc, 0_usdc, limiting_factor::user_balance},
      {10_usdc, 0_usdc, 0_usdc, limiting_factor::buffer},
  };
  for (const auto& r : table) {
    const auto m = max_bet_of(r.user, r.buffer);
    EXPECT_EQ(m.amount, r.amount);
    EXPECT_EQ(m.limited_by, r.by);
  }
  EXPECT_EQ(to_string(limiting_factor::buffer), "buffer");
  EXPECT_EQ(to_string(limiting_factor::user_balance), "user_balance");
  EXPECT_EQ(to_string(limiting_factor::venue), "venue");
}

TEST(MaxWithdrawal, IsWhatBothCanPayAndTheFeeStaysInTheBuffer) {
  struct row {
    usdc user, buffer, flat;
    std::uint32_t bps;
    usdc most, fee;
    limiting_factor by;
  };
  const auto user = limiting_factor::user_balance;
  const auto buffer = limiting_factor::buffer;
  const row table[] = {
      {40_usdc, 100_usdc, {}, 0, 40_usdc, {}, user},
      {100_usdc, 40_usdc, {}, 0, 40_usdc, {}, buffer},
      {41_usdc, 40_usdc, 1_usdc, 0, 41_usdc, 1_usdc, user},  // equal: 40 leave the buffer
      {42_usdc, 40_usdc, 1_usdc, 0, 41_usdc, 1_usdc, buffer},
      {1'000_usdc, 99'900'000_micro, {}, 10, 100'000'001_micro, 100'001_micro, buffer},
      {0_usdc, 0_usdc, {}, 0, {}, {}, user},
      {1_usdc, 9_usdc, 1_usdc, 0, {}, {}, user},    // the fee would take all of it
      {9_usdc, 0_usdc, 1_usdc, 0, {}, {}, buffer},  // likewise
      {{-5}, 9_usdc, {}, 0, {}, {}, user},
      {{INT64_MAX}, {INT64_MAX}, 1_usdc, 1'000, {INT64_MAX}, {922'337'203'686'477'581}, user},
  };
  for (const auto& r : table) {
    const auto said = max_withdrawal_of(r.user, r.buffer, r.flat, r.bps);
    EXPECT_EQ(said.amount, r.most) << r.user.micro << "/" << r.buffer.micro;
    EXPECT_EQ(said.fee, r.fee) << r.user.micro << "/" << r.buffer.micro;
    EXPECT_EQ(said.limited_by, r.by) << r.user.micro << "/" << r.buffer.micro;
  }
}

TEST(MaxWithdrawal, OneMicroMoreIsTooMuchForTheBuffer) {
  for (const std::int64_t buffer : {1, 999, 39'999'999, 40'000'001})
    for (const std::uint32_t bps : {0U, 1U, 33U, 1'000U}) {
      const auto most = max_withdrawal_of(900_usdc, {buffer}, 7_micro, bps).amount;
      const auto leaves = [&](usdc a) {
        return a.micro - withdrawal_fee_of(a, 7_micro, bps).micro;
      };
      EXPECT_LE(leaves(most), buffer) << bps;
      EXPECT_GT(leaves({most.micro + 1}), buffer) << bps;
    }
}

TEST(Buffer, RefusesInTheWordsOfTheContract) {
  EXPECT_EQ(refusal_text(15000_usdc, 8000_usdc, 8000_usdc),
            "Bet amount exceeds global maximum: $15000.00 USDC. Maximum bet is $8000.00 USDC "
            "(buffer balance: $8000.00 USDC)");
  // The bet is never shown smaller, the limits never larger than they are.
  EXPECT_EQ(refusal_text(100'000'001_micro, 99'999'999_micro, 99'999'999_micro),
            "Bet amount exceeds global maximum: $100.01 USDC. Maximum bet is $99.99 USDC "
            "(buffer balance: $99.99 USDC)");
}

// -- the buffer ----------------------------------------------------------------------------------

TEST(Buffer, AnInflowFillsTheRoomUnderTheCapAndTheRestGoesToTheReserve) {
  struct row {
    usdc balance;
    bool has_max;
    usdc max, amount, to_buffer, to_reserve;
  };
  constexpr row table[] = {
      {10_usdc, false, 0_usdc, 1000_usdc, 1000_usdc, 0_usdc},
      {10_usdc, true, 100_usdc, 50_usdc, 50_usdc, 0_usdc},
      {10_usdc, true, 100_usdc, 90_usdc, 90_usdc, 0_usdc},
      {10_usdc, true, 100_usdc, 90'000'001_micro, 90_usdc, 1_micro},
      {100_usdc, true, 100_usdc, 5_usdc, 0_usdc, 5_usdc},
      {150_usdc, true, 100_usdc, 5_usdc, 0_usdc, 5_usdc},  // the cap was lowered below the balance
      {10_usdc, true, 0_usdc, 5_usdc, 0_usdc, 5_usdc},
  };
  for (const auto& r : table) {
    buffer_book book;
    auto row = row_of(r.balance, 1);
    row.has_max = r.has_max;
    row.max_size = r.max;
    book.set_committed(row);
    const auto split = book.split(r.amount);
    EXPECT_EQ(split.to_buffer, r.to_buffer) << to_string(r.amount);
    EXPECT_EQ(split.to_reserve, r.to_reserve) << to_string(r.amount);
  }
}

TEST(Buffer, RefillsWhenLowUpToTheCapAndEverythingWithoutOne) {
  struct row {
    usdc balance, min;
    bool has_max;
    usdc max, reserve, due;
  };
  constexpr row table[] = {
      {50_usdc, 100_usdc, true, 200_usdc, 0_usdc, 0_usdc},      // nothing to give
      {100_usdc, 100_usdc, true, 200_usdc, 80_usdc, 0_usdc},    // not low
      {99_usdc, 100_usdc, true, 200_usdc, 80_usdc, 80_usdc},    // low
      {99_usdc, 100_usdc, true, 200_usdc, 500_usdc, 101_usdc},  // up to the cap
      {150_usdc, 100_usdc, false, 0_usdc, 80_usdc, 80_usdc},    // the cap is gone
  };
  for (const auto& r : table) {
    buffer_book book;
    auto row = row_of(r.balance, 1);
    row.min_size = r.min;
    row.has_max = r.has_max;
    row.max_size = r.max;
    row.reserve = r.reserve;
    book.set_committed(row);
    EXPECT_EQ(book.refill_due(), r.due) << to_string(r.balance) << " " << to_string(r.reserve);
    EXPECT_EQ(book.is_low(), r.balance < r.min);
  }
}

TEST(Buffer, AnOldRowIsIgnoredAsAWhole) {
  buffer_book book;
  auto row = row_of(10_usdc, 7);
  row.min_size = 5_usdc;
  book.set_committed(row);
  book.set_committed(row_of(99_usdc, 6));
  EXPECT_EQ(book.row().balance, 10_usdc);
  EXPECT_EQ(book.row().min_size, 5_usdc);
  EXPECT_EQ(book.available(), 10_usdc);
}

// -- what may be on the chain no more ------------------------------------------------------------

TEST(Buffer, NothingIsPaidOfWhatIsHeldBackAndItIsNeverBelowNothing) {
  buffer_book book;
  book.set_committed(row_of(100_usdc, 1));
  const conversion_id one{{{1}}};
  const conversion_id two{{{2}}};
  book.hold_back(one, 30_usdc);
  book.hold_back(one, 30_usdc);
  EXPECT_EQ(book.available(), 70_usdc) << "the last word on each counts";
  EXPECT_FALSE(book.deduct(hold_at(1), 70'000'001_micro));
  EXPECT_TRUE(book.deduct(hold_at(1), 60_usdc));
  book.hold_back(two, 90_usdc);
  EXPECT_EQ(book.held_back(), 120_usdc);
  EXPECT_EQ(book.available(), usdc{});
  EXPECT_TRUE(book.deduct(hold_at(1), 60_usdc)) << "what it has it keeps";
  EXPECT_FALSE(book.deduct(hold_at(2), 1_micro));
  book.hold_back(one, {});
  book.hold_back(two, {});
  EXPECT_EQ(book.available(), 40_usdc);
}

TEST(Buffer, WhatIsTakenBackComesFromTheReserveFirstAndNeverFromWhatIsPromised) {
  buffer_book book;
  auto row = row_of(100_usdc, 1);
  row.reserve = 20_usdc;
  book.set_committed(row);
  ASSERT_TRUE(book.deduct(hold_at(1), 70_usdc));
  const auto some = book.take_back(50_usdc);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->to_reserve, 20_usdc);
  EXPECT_EQ(some->to_buffer, 30_usdc);
  EXPECT_FALSE(book.take_back(50'000'001_micro));
  book.hold_back(conversion_id{{{1}}}, 50_usdc);
  EXPECT_TRUE(book.take_back(50_usdc)) << "what is held back for it is its own";
}

}  // namespace
}  // namespace headroom
