#include "actors/buffer_actor.hpp"

#include <algorithm>

#include "actors/alerts.hpp"
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
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(1), 1_usdc, 1_usdc})->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 1_usdc))->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_status>(b, buffer_limits{})->code, errc::unavailable);
  tell(b, release{hold_at(1)});
  EXPECT_EQ(dir.gauges.buffer_available(), std::nullopt);
  store.reads_away = false;
  advance(std::chrono::seconds{6});
  EXPECT_EQ(status(b).available, 100_usdc);
}

TEST_F(BufferActor, SeesWhatATerminalChangedByTheNextReview) {
  const auto b = start_buffer(100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 10_usdc, 10_usdc});
  books.buffer.balance = 140_usdc;  // by another process: nobody here has heard of it
  ++books.buffer.version;
  advance(std::chrono::seconds{6});
  EXPECT_EQ(status(b).available, 130_usdc);
}

TEST_F(BufferActor, RefusesWithTheWordsOfTheContractAndTheUsersOwnLimit) {
  const auto b = start_buffer(8000_usdc);
  const auto by_buffer = ask<usdc>(b, deduct{hold_at(1), 9000_usdc, 20000_usdc});
  EXPECT_EQ(by_buffer->code, errc::exceeds_max_bet);
  EXPECT_EQ(by_buffer->detail,
            "Bet amount exceeds global maximum: $9000.00 USDC. Maximum bet is $8000.00 USDC "
            "(buffer balance: $8000.00 USDC)");
  ask<usdc>(b, deduct{hold_at(2), 7000_usdc, 20000_usdc});
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(3), 1500_usdc, 600_usdc})->detail,
            "Bet amount exceeds global maximum: $1500.00 USDC. Maximum bet is $600.00 USDC "
            "(buffer balance: $1000.00 USDC)");
  EXPECT_EQ(fact(b, "refused"), "2");
}

TEST_F(BufferActor, TakesGivesBackAndPublishesWhatIsLeft) {
  const auto b = start_buffer(100_usdc);
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(1), 60_usdc, 60_usdc})->value, 40_usdc);
  EXPECT_EQ(ask<usdc>(b, deduct{hold_at(1), 60_usdc, 60_usdc})->value, 40_usdc) << "once";
  EXPECT_EQ(dir.gauges.buffer_available(), 40_usdc);
  EXPECT_EQ(status(b).row.balance, 100_usdc) << "not committed yet";
  tell(b, release{hold_at(1)});
  tell(b, release{hold_at(1)});
  EXPECT_EQ(dir.gauges.buffer_available(), 100_usdc);
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
  advance(settings.buffer.tick + milliseconds{20});
  EXPECT_EQ(books.buffer.balance, 80_usdc);
  EXPECT_EQ(books.buffer.reserve, 70_usdc);
  advance(settings.buffer.tick * 3);
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
  const logged log;
  ask<buffer_status>(b, buffer_limits{true, 60_usdc, false, false, {}});
  for (int n = 0; n < 5; ++n) tell(b, release{hold_at(n)});
  ask<buffer_status>(b, pay_in(1, 10_usdc));
  EXPECT_EQ(log.count("alert.raised kind=buffer.low "), 1U) << log.text();
  EXPECT_EQ(log.count("alert.cleared kind=buffer.low "), 1U) << log.text();
  EXPECT_FALSE(dir.gauges.alerts().lasts("buffer.low", ""));
}

TEST_F(BufferActor, ADeadBetsDeductionIsSettledByTheBooks) {
  const auto b = start_buffer(100_usdc);
  ask<usdc>(b, deduct{hold_at(1), 60_usdc, 60_usdc});
  tell(b, abandoned{hold_at(1)});
  EXPECT_EQ(dir.gauges.buffer_available(), 100_usdc);
  EXPECT_EQ(fact(b, "tentative"), "0");
}

TEST_F(BufferActor, WithoutAJournalItRefusesToPromiseAChange) {
  const auto b = start_buffer(100_usdc);
  dir.handles.set(journal_actor{});
  EXPECT_EQ(ask<buffer_status>(b, pay_in(1, 1_usdc))->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_status>(b, buffer_limits{})->code, errc::unavailable);
}

// -- several changes at once: each is decided by the row that the one before left -----------------

struct BufferChanges : BufferActor {
  static constexpr auto away = scripted_store::commit_end::away;

  buffer_actor capped(usdc balance, usdc max) {
    const auto b = start_buffer(balance);
    ask<buffer_status>(b, buffer_limits{false, {}, true, true, max});
    return b;
  }
};

TEST_F(BufferChanges, TwoInflowsAtOnceDoNotTakeTheSameRoom) {
  const auto b = capped(95'000_usdc, 100'000_usdc);
  conversion c;
  c.id.bytes[0] = 1;
  c.amount = 5'000_usdc;
  books.conversions.emplace(c.id, c);
  complete_conversion arrived;
  arrived.id = c.id;
  arrived.to_buffer = c.amount;
  const auto first = ask_later<buffer_status>(b, pay_in(1, 5'000_usdc));
  const auto second = ask_later<committed>(b, arrived);
  const auto third = ask_later<buffer_status>(b, pay_in(3, 5'000_usdc));
  run();
  EXPECT_EQ(first->code, errc::none);
  EXPECT_EQ(second->code, errc::none);
  ASSERT_TRUE(third->value);
  EXPECT_EQ(third->value->row.balance, 100'000_usdc);
  EXPECT_EQ(third->value->row.reserve, 10'000_usdc);
}

TEST_F(BufferChanges, LimitsChangedAtOnceBothStand) {
  const auto b = start_buffer(50_usdc);
  const auto min = ask_later<buffer_status>(b, buffer_limits{true, 60_usdc, false, false, {}});
  const auto max = ask_later<buffer_status>(b, buffer_limits{false, {}, true, true, 80_usdc});
  run();
  EXPECT_EQ(min->code, errc::none);
  EXPECT_EQ(max->code, errc::none);
  EXPECT_EQ(books.buffer.min_size, 60_usdc);
  EXPECT_TRUE(books.buffer.has_max);
  EXPECT_EQ(books.buffer.max_size, 80_usdc);
}

TEST_F(BufferChanges, LimitsChangedAtOnceThatContradictEachOtherAreTheCallersFault) {
  const auto b = start_buffer(50_usdc);
  const auto min = ask_later<buffer_status>(b, buffer_limits{true, 60_usdc, false, false, {}});
  const auto max = ask_later<buffer_status>(b, buffer_limits{false, {}, true, true, 59_usdc});
  const auto after = ask_later<buffer_status>(b, buffer_limits{false, {}, true, true, 61_usdc});
  run();
  EXPECT_EQ(min->code, errc::none);
  EXPECT_EQ(max->code, errc::invalid_field);
  EXPECT_EQ(after->code, errc::none) << "the next one is decided all the same";
  EXPECT_EQ(books.buffer.max_size, 61_usdc);
}

TEST_F(BufferChanges, ARefillWhoseAnswerIsLateIsNotSentASecondTime) {
  const auto b = start_buffer(50_usdc);
  ask<buffer_status>(b, buffer_limits{true, 60_usdc, true, true, 80_usdc});
  store.away_for = [](const journal_entry& x) { return std::holds_alternative<refill>(x); };
  books.buffer.reserve = 100_usdc;
  ++books.buffer.version;
  tell(b, buffer_committed{books.buffer, {}});
  advance(settings.patience.append * 3);
  EXPECT_EQ(books.buffer.balance, 50_usdc);
  store.away_for = {};
  advance(settings.patience.append);
  EXPECT_EQ(books.buffer.balance, 80_usdc);
  EXPECT_EQ(books.buffer.reserve, 70_usdc);
  EXPECT_EQ(books.replenishes.size(), 1U);
}

TEST_F(BufferChanges, AChangeWithoutAnAnswerHoldsTheNextUntilItsFateIsKnown) {
  const auto b = capped(95'000_usdc, 100'000_usdc);
  store.commits.assign(1000, away);
  const auto first = ask<buffer_status>(b, pay_in(1, 5'000_usdc));
  advance(settings.patience.append + milliseconds{20});
  EXPECT_EQ(first->code, errc::timed_out);
  const auto second = ask<buffer_status>(b, pay_in(2, 5'000_usdc));
  advance(std::chrono::seconds{20});
  EXPECT_EQ(second->answers, 0);
  store.commits.clear();
  advance(std::chrono::seconds{10});
  ASSERT_TRUE(second->value) << to_string(second->code);
  EXPECT_EQ(second->value->row.balance, 100'000_usdc);
  EXPECT_EQ(second->value->row.reserve, 5'000_usdc);
}

TEST_F(BufferChanges, AJournalThatDiedTookTheChangeWithItAndTheNextGoesOn) {
  const auto b = capped(95'000_usdc, 100'000_usdc);
  store.commits.assign(1000, away);
  const auto first = ask<buffer_status>(b, pay_in(1, 5'000_usdc));
  kill(dir.handles.get<journal_actor>());
  const auto second = ask<buffer_status>(b, pay_in(2, 5'000_usdc));
  store.commits.clear();
  start_journal();
  advance(settings.patience.append + std::chrono::seconds{1});
  EXPECT_FALSE(first->value);
  ASSERT_TRUE(second->value) << to_string(second->code);
  EXPECT_EQ(second->value->row.balance, 100'000_usdc);
  EXPECT_EQ(second->value->row.reserve, 0_usdc);
}

TEST_F(BufferChanges, TooManyWaitingAreTurnedAwayAndTheRestIsAnsweredInOrder) {
  const auto b = start_buffer(0_usdc);
  store.commits.assign(1000, away);
  std::vector<reply_ptr<buffer_status>> asked;
  for (int n = 1; n <= 70; ++n) asked.push_back(ask_later<buffer_status>(b, pay_in(n, 1_usdc)));
  run();
  const auto turned_away = [](const auto& r) { return r->code == errc::overloaded; };
  EXPECT_EQ(std::count_if(asked.begin(), asked.end(), turned_away), 5);
  EXPECT_TRUE(std::all_of(asked.end() - 5, asked.end(), turned_away)) << "the last ones";
  EXPECT_EQ(fact(b, "changes_waiting"), "64");
  store.commits.clear();
  advance(std::chrono::seconds{5});
  for (int n = 1; n <= 65; ++n) {
    const auto& r = asked[static_cast<std::size_t>(n) - 1];
    ASSERT_TRUE(r->value) << n;
    EXPECT_EQ(r->value->row.balance.micro, n * 1'000'000) << "in order";
  }
  EXPECT_EQ(fact(b, "changes_waiting"), "0");
}

TEST_F(BufferActor, ForecastsHowLongItLastsByTheBooksOutflowAndTheSlowestRoute) {
  settings.buffer.marks = {100_usdc, 200_usdc, 400_usdc};
  settings.conversion.route = route.name;
  route.expected_seconds = 7'200;
  books.flows.out_hour = 36_usdc;
  books.flows.hour_seconds = 3'600;
  books.flows.arrivals = {{50_usdc, now().plus(std::chrono::hours{1})}};
  start_query();
  start_route();
  start_conversion();
  const auto b = start_buffer(300_usdc);
  advance(settings.buffer.tick * 2 + milliseconds{20});
  const auto f = status(b).forecast;
  EXPECT_EQ(f.level, buffer_level::fine);
  EXPECT_EQ(f.marks.target, 200_usdc);
  EXPECT_EQ(f.out_per_hour, 36_usdc);
  EXPECT_EQ(f.seconds_to_low, 25'000);
  EXPECT_EQ(f.arriving, 50_usdc);
  EXPECT_EQ(f.recommended_by_outflow, 72_usdc) << "two hours of it";
  kill(dir.handles.get<query_actor>());
  advance(settings.buffer.tick * 2);
  EXPECT_EQ(status(b).forecast.out_per_hour, 36_usdc) << "the last known one stands";
}

TEST_F(BufferActor, NotesItsHistoryNowAndThen) {
  settings.buffer.history = std::chrono::minutes{1};
  const auto b = start_buffer(300_usdc);
  advance(std::chrono::minutes{3});
  EXPECT_GE(books.history.size(), 3U);
  EXPECT_LE(books.history.size(), 4U);
  EXPECT_EQ(books.history.begin()->second, 300_usdc);
  EXPECT_EQ(status(b).row.version, books.buffer.version) << "it changes nothing";
}

TEST_F(BufferActor, RecommendsTwiceTheDailyVolume) {
  books.daily_volume = 123'450'000_micro;
  start_query();
  const auto b = start_buffer(0_usdc);
  EXPECT_EQ(status(b).recommended_min_size, 246'900'000_micro);
  books.daily_volume = 1_usdc;
  advance(settings.buffer.tick + milliseconds{20});
  EXPECT_EQ(status(b).recommended_min_size, 2_usdc);
  kill(dir.handles.get<query_actor>());
  advance(settings.buffer.tick + milliseconds{20});
  EXPECT_EQ(status(b).recommended_min_size, 2_usdc) << "the last known one stands";
}

}  // namespace
}  // namespace headroom::test
