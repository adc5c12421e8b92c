#include "actors/buffer_actor.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

struct BufferActor : Core {
  BufferActor() { start_journal(); }

  buffer_status status(const buffer_actor& b) {
    return ask<buffer_status>(b, get_atom::value)->value.value_or(buffer_status{});
  }
  static replenish_buffer pay_in(int n, usdc amount) {
    replenish_buffer x;
    x.id.bytes[0] = static_cast<std::uint8_t>(n);
    x.amount = amount;
    x.reference = "wire";
    return x;
  }
};

TEST_F(BufferActor, ShowsAndTakesNothingUntilTheBooksHaveSpoken) {
  store.reads_away = true;
  const auto b = start_buffer(100_usdc);
  EXPECT_EQ(ask<buffer_status>(b, get_atom::value)->code, errc::unavailable);
  EXPECT_EQ(ask<usdc>(b, deduct{bet_at(1), 1_usdc, 1_usdc})->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 1_usdc))->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_status>(b, buffer_limits{})->code, errc::unavailable);
  store.reads_away = false;
  advance(std::chrono::seconds{6});
  EXPECT_EQ(status(b).available, 100_usdc);
}

TEST_F(BufferActor, RefusesWithTheWordsOfTheContractAndTheUsersOwnLimit) {
  const auto b = start_buffer(8000_usdc);
  const auto by_buffer = ask<usdc>(b, deduct{bet_at(1), 9000_usdc, 20000_usdc});
  EXPECT_EQ(by_buffer->code, errc::exceeds_max_bet);
  EXPECT_EQ(by_buffer->detail,
            "Bet amount exceeds global maximum: $9000.00 USDC. Maximum bet is $8000.00 USDC "
            "(buffer balance: $8000.00 USDC)");
  ask<usdc>(b, deduct{bet_at(2), 7000_usdc, 20000_usdc});
  EXPECT_EQ(ask<usdc>(b, deduct{bet_at(3), 1500_usdc, 600_usdc})->detail,
            "Bet amount exceeds global maximum: $1500.00 USDC. Maximum bet is $600.00 USDC "
            "(buffer balance: $1000.00 USDC)");
  EXPECT_EQ(fact(b, "refused"), "2");
}

TEST_F(BufferActor, TakesGivesBackAndPublishesWhatIsLeft) {
  const auto b = start_buffer(100_usdc);
  EXPECT_EQ(ask<usdc>(b, deduct{bet_at(1), 60_usdc, 60_usdc})->value, 40_usdc);
  EXPECT_EQ(ask<usdc>(b, deduct{bet_at(1), 60_usdc, 60_usdc})->value, 40_usdc) << "once";
  EXPECT_EQ(dir.buffer_available(), 40_usdc);
  EXPECT_EQ(status(b).row.balance, 100_usdc) << "not committed yet";
  tell(b, refund{bet_at(1)});
  tell(b, refund{bet_at(1)});
  EXPECT_EQ(dir.buffer_available(), 100_usdc);
}

TEST_F(BufferActor, WhatIsPaidInAboveTheCapWaitsInTheReserve) {
  const auto b = start_buffer(50_usdc);
  ask<buffer_status>(b, buffer_limits{false, {}, true, true, 80_usdc});
  const auto r = ask<buffer_status>(b, pay_in(1, 100_usdc));
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.balance, 80_usdc);
  EXPECT_EQ(r->value->row.reserve, 70_usdc);
  EXPECT_EQ(books.capital, 100_usdc);
}

TEST_F(BufferActor, TheSamePaymentInTwiceCountsOnceAndAnotherAmountConflicts) {
  const auto b = start_buffer(0_usdc);
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 10_usdc))->code, errc::none);
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 10_usdc))->code, errc::none);
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 11_usdc))->code, errc::key_reused);
  EXPECT_EQ(status(b).row.balance, 10_usdc);
}

TEST_F(BufferActor, AnArrivingConversionIsSplitAtTheCapToo) {
  const auto b = start_buffer(50_usdc);
  ask<buffer_status>(b, buffer_limits{false, {}, true, true, 80_usdc});
  conversion c;
  c.id.bytes[0] = 1;
  c.amount = 100_usdc;
  books.conversions.emplace(c.id, c);
  complete_conversion done;
  done.id = c.id;
  done.to_buffer = 98_usdc;
  done.loss = 2_usdc;
  EXPECT_EQ(ask<committed>(b, done)->code, errc::none);
  EXPECT_EQ(status(b).row.balance, 80_usdc);
  EXPECT_EQ(status(b).row.reserve, 68_usdc);
}

TEST_F(BufferActor, RefillsFromTheReserveWhenItIsLow) {
  const auto b = start_buffer(50_usdc);
  ask<buffer_status>(b, buffer_limits{true, 60_usdc, true, true, 80_usdc});
  books.buffer.reserve = 100_usdc;
  ++books.buffer.version;
  tell(b, buffer_committed{books.buffer, {}});
  advance(settings.buffer_tick + milliseconds{20});
  EXPECT_EQ(books.buffer.balance, 80_usdc);
  EXPECT_EQ(books.buffer.reserve, 70_usdc);
  advance(settings.buffer_tick * 3);
  EXPECT_EQ(books.buffer.balance, 80_usdc) << "not low any more";
}

TEST_F(BufferActor, LimitsThatContradictEachOtherAreRefused) {
  const auto b = start_buffer(50_usdc);
  ask<buffer_status>(b, buffer_limits{true, 60_usdc, false, false, {}});
  const auto r = ask<buffer_status>(b, buffer_limits{false, {}, true, true, 59_usdc});
  EXPECT_EQ(r->code, errc::invalid_field);
  EXPECT_EQ(r->detail, "max_buffer_size must not be below min_buffer_size");
  EXPECT_FALSE(status(b).row.has_max);
  EXPECT_EQ(ask<buffer_status>(b, buffer_limits{false, {}, true, true, 60_usdc})->code, errc::none);
  EXPECT_EQ(ask<buffer_status>(b, buffer_limits{true, 61_usdc, false, false, {}})->code,
            errc::invalid_field);
  const auto without_cap = ask<buffer_status>(b, buffer_limits{false, {}, true, false, {}});
  EXPECT_FALSE(without_cap->value->row.has_max);
  EXPECT_EQ(without_cap->value->row.min_size, 60_usdc) << "what is not set stays";
}

TEST_F(BufferActor, SaysOnceThatItIsLowAndOnceThatItRecovered) {
  const auto b = start_buffer(50_usdc);
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  spdlog::set_level(spdlog::level::info);
  ask<buffer_status>(b, buffer_limits{true, 60_usdc, false, false, {}});
  for (int n = 0; n < 5; ++n) tell(b, refund{bet_at(n)});
  ask<buffer_status>(b, pay_in(1, 10_usdc));
  spdlog::set_default_logger(before);
  spdlog::set_level(spdlog::level::off);
  const auto count = [text = log.str()](const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("buffer.low "), 1U) << log.str();
  EXPECT_EQ(count("buffer.recovered "), 1U) << log.str();
}

TEST_F(BufferActor, ADeadBetsDeductionIsSettledByTheBooks) {
  const auto b = start_buffer(100_usdc);
  ask<usdc>(b, deduct{bet_at(1), 60_usdc, 60_usdc});
  tell(b, abandoned{bet_at(1)});
  EXPECT_EQ(dir.buffer_available(), 100_usdc);
  EXPECT_EQ(fact(b, "tentative"), "0");
}

TEST_F(BufferActor, WithoutAJournalItRefusesToPromiseAChange) {
  const auto b = start_buffer(100_usdc);
  dir.set(journal_actor{});
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 1_usdc))->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_status>(b, buffer_limits{})->code, errc::unavailable);
}

}  // namespace
}  // namespace headroom::test
