#include "actors/conversion_actor.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;
using state = step_state;

struct ConversionActor : Core {
  conversion_actor converter;

  ConversionActor() {
    start_journal();
    start_query();
    start_buffer(0_usdc);
  }

  void deposit_of(int n, usdc amount) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(n);
    d.user = user(n);
    d.amount = amount;
    d.status = deposit_status::pending;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(n);
    books.deposits.emplace(d.id, d);
  }
  void go(std::chrono::milliseconds by = seconds{3}) {
    if (!converter) {
      start_route();
      converter = start_conversion();
    }
    advance(by);
  }
  /// User 1, whose balance is awake while 30 USDC wait to be credited.
  balance_actor awake_owner_of_a_deposit() {
    const auto owner = dir.balance_of(user(1));
    run();
    deposit_of(1, 30_usdc);
    return owner;
  }
  void expect_credited(const balance_actor& owner) {
    EXPECT_EQ(books.balances[user(1)].balance, 30_usdc);
    EXPECT_EQ(ask<balance_view>(owner, get_atom::value)->value->committed, 30_usdc);
  }
  const conversion& only_row() {
    EXPECT_EQ(books.conversions.size(), 1U);
    return books.conversions.begin()->second;
  }
  static step_progress word(state s, usdc out = {}, std::string detail = {}) {
    return {s, out, {}, std::move(detail)};
  }
};

TEST_F(ConversionActor, CreditsEverySettledDepositAtOnceAndOnce) {
  deposit_of(1, 30_usdc);
  deposit_of(2, 12_usdc);
  converter = start_conversion();  // no route needed to credit
  advance(seconds{5});
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc);
  EXPECT_EQ(books.balances[user(2)].balance, 12_usdc);
  EXPECT_EQ(books.in_transit, 42_usdc);
  EXPECT_EQ(fact(converter, "credited"), "2");
}

TEST_F(ConversionActor, ACreditThatWaitsInTheJournalIsNotQueuedAgainAndItsOwnerHearsOfIt) {
  const auto owner = awake_owner_of_a_deposit();
  store.away_for = [](const journal_entry& x) { return std::holds_alternative<credit_deposit>(x); };
  converter = start_conversion();
  advance(std::chrono::minutes{2});  // longer than anybody waits for an entry
  EXPECT_EQ(store.batches.back(), 1U);
  store.away_for = {};
  advance(seconds{5});
  expect_credited(owner);
}

TEST_F(ConversionActor, ACreditWhoseJournalDiedIsAskedForAgainUntilItsOwnerKnows) {
  const auto owner = awake_owner_of_a_deposit();
  store.commits = {scripted_store::commit_end::lost_after};
  converter = start_conversion();
  run();
  kill(dir.get<journal_actor>());
  start_journal();
  advance(seconds{5});
  expect_credited(owner);
}

TEST_F(ConversionActor, TellsTheOwnerOfTheBalance) {
  const auto owner = awake_owner_of_a_deposit();
  converter = start_conversion();
  run();
  EXPECT_EQ(ask<balance_view>(owner, get_atom::value)->value->available, 30_usdc);
}

TEST_F(ConversionActor, GroupsWhatIsCreditedIntoOneAndCompletesItThroughTheBuffer) {
  deposit_of(1, 30_usdc);
  deposit_of(2, 12_usdc);
  route.words = {word(state::in_flight, {}, "guid"), word(state::done, 41_usdc, "guid"),
                 word(state::done, 40_usdc)};
  go(seconds{8});
  const auto& row = only_row();
  EXPECT_EQ(row.status, conversion_status::completed);
  EXPECT_EQ(row.amount, 42_usdc);
  EXPECT_EQ(row.received, 40_usdc);
  EXPECT_EQ(row.loss, 2_usdc);
  EXPECT_EQ(row.deposits.size(), 2U);
  EXPECT_EQ(row.steps[1].amount_in, 41_usdc) << "by receipt";
  EXPECT_EQ(books.buffer.balance, 40_usdc);
  EXPECT_EQ(dir.buffer_available(), 40_usdc);
  EXPECT_EQ(books.in_transit, 0_usdc);
  for (const auto& [id, d] : books.deposits) EXPECT_EQ(d.status, deposit_status::completed);
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc) << "the user keeps every cent";
}

TEST_F(ConversionActor, ASmallSumWaitsForCompany) {
  settings.conversion_minimum = 25_usdc;
  deposit_of(1, 20_usdc);
  go();
  EXPECT_TRUE(books.conversions.empty());
  deposit_of(2, 5_usdc);
  go();
  EXPECT_EQ(only_row().amount, 25_usdc);
}

TEST_F(ConversionActor, ManySmallSumsAreCompanyEnough) {
  settings.conversion_minimum = 500_usdc;
  settings.deposits_per_conversion = 3;
  route.otherwise = word(state::in_flight);
  for (int n = 1; n <= 2; ++n) deposit_of(n, 1_usdc);
  go(seconds{5});
  EXPECT_TRUE(books.conversions.empty());
  deposit_of(3, 1_usdc);
  deposit_of(4, 50'000_usdc);
  go(seconds{5});
  ASSERT_EQ(books.conversions.size(), 2U) << "and the next one is not kept behind them";
  const auto a = books.conversions.begin()->second.amount;
  const auto b = books.conversions.rbegin()->second.amount;
  EXPECT_EQ(std::min(a, b), 3_usdc);
  EXPECT_EQ(std::max(a, b), 50'000_usdc);
}

TEST_F(ConversionActor, AFailedStepIsANewAttemptAndAfterTooManyAHumansMatter) {
  settings.conversion_attempts = 2;
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::failed, {}, "reverted");
  go(seconds{10});
  const auto& row = only_row();
  EXPECT_EQ(row.status, conversion_status::failed);
  EXPECT_EQ(row.failure, "bridge: reverted");
  ASSERT_EQ(route.asked.size(), 3U);
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_EQ(route.asked[n].attempt, n);
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc) << "the user keeps the credit";
  EXPECT_EQ(books.in_transit, 30_usdc) << "no money moved in the books";
  EXPECT_EQ(fact(converter, "failed"), "1");
}

TEST_F(ConversionActor, WhatIsGivenUpSendsNothingMoreHoweverLateTheBooksAnswer) {
  settings.conversion_attempts = 2;
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::failed, {}, "reverted");
  store.away_for = [](const journal_entry& x) {
    return std::holds_alternative<fail_conversion>(x);
  };
  go(settings.append_timeout * 3);
  EXPECT_EQ(only_row().status, conversion_status::running) << "the books do not know yet";
  EXPECT_EQ(route.asked.size(), 3U) << "no step runs any more";
  store.away_for = {};
  go(settings.append_timeout);
  EXPECT_EQ(only_row().status, conversion_status::failed);
  EXPECT_EQ(route.asked.size(), 3U);
  EXPECT_EQ(fact(converter, "failed"), "1");
}

TEST_F(ConversionActor, WhatIsGivenUpWithoutAJournalIsSaidWhenThereIsOne) {
  settings.conversion_attempts = 0;
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight);
  go();
  kill(dir.get<journal_actor>());
  dir.set(journal_actor{});
  route.asked.clear();
  route.otherwise = word(state::failed, {}, "reverted");
  go(seconds{10});
  EXPECT_EQ(route.asked.size(), 1U);
  start_journal();
  go();
  EXPECT_EQ(only_row().status, conversion_status::failed);
  EXPECT_EQ(route.asked.size(), 1U);
}

TEST_F(ConversionActor, WhatTheBooksCallBrokenIsSaidOnceAndLeftToAHuman) {
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight);
  go();
  books.conversions.begin()->second.status = conversion_status::failed;  // behind its back
  const logged log;
  route.otherwise = word(state::done, 30_usdc);
  go(seconds{30});
  EXPECT_EQ(log.count("conversion.stopped conversion=" + only_row().id.text() +
                      " entry=complete code=invariant_violated"),
            1U)
      << log.text();
  EXPECT_EQ(fact(converter, "stopped"), "1");
  EXPECT_EQ(fact(converter, "completed"), "0");
  deposit_of(2, 30_usdc);
  go(seconds{5});
  EXPECT_EQ(fact(converter, "completed"), "1") << "the others go on";
}

TEST_F(ConversionActor, AStoreThatIsAwayIsNoReasonToStop) {
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight);
  go();
  const logged log;
  store.away_for = [](const journal_entry& x) {
    return std::holds_alternative<advance_conversion>(x);
  };
  route.otherwise = word(state::done, 30_usdc);
  go(settings.append_timeout + seconds{5});
  EXPECT_EQ(log.count("conversion.not_recorded conversion=" + only_row().id.text() +
                      " entry=advance code=timed_out"),
            1U)
      << log.text();
  EXPECT_EQ(fact(converter, "stopped"), "0");
  store.away_for = {};
  go(settings.append_timeout + seconds{5});
  EXPECT_EQ(only_row().status, conversion_status::completed);
}

TEST_F(ConversionActor, AStuckStepIsLookedAtAgainAndNeverWrittenOff) {
  settings.stuck_after = seconds{10};
  settings.conversion_attempts = 2;
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight, {}, "guid");
  go(seconds{120});
  EXPECT_EQ(only_row().status, conversion_status::running);
  for (const auto& x : route.asked) EXPECT_EQ(x.attempt, 0U) << "the same transactions";
  EXPECT_NE(fact(converter, "retried"), "0");
  route.otherwise = word(state::done, 30_usdc);
  go(seconds{5});
  EXPECT_EQ(only_row().status, conversion_status::completed);
}

TEST_F(ConversionActor, AnUnreadableRouteOpensNothingNew) {
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::unreadable);
  go();
  EXPECT_EQ(fact(converter, "readable"), "no");
  deposit_of(2, 30_usdc);
  go();
  EXPECT_EQ(books.conversions.size(), 1U);
  EXPECT_EQ(books.balances[user(2)].balance, 30_usdc) << "credited all the same";
  route.otherwise = word(state::in_flight);
  go();
  EXPECT_EQ(books.conversions.size(), 2U);
}

TEST_F(ConversionActor, OneUnreadableConversionIsEnoughHoweverWellTheOthersRead) {
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight);
  go();
  deposit_of(2, 30_usdc);
  go();
  ASSERT_EQ(books.conversions.size(), 2U);
  // Two conversions are asked in turn: one cannot be read, the other can.
  for (int n = 0; n < 40; ++n)
    route.words.push_back(word(n % 2 == 0 ? state::unreadable : state::in_flight));
  go(seconds{2});
  deposit_of(3, 30_usdc);
  go(seconds{4});
  EXPECT_EQ(books.conversions.size(), 2U);
  EXPECT_EQ(fact(converter, "readable"), "no");
}

TEST_F(ConversionActor, ARouteThatDoesNotAnswerIsUnreadable) {
  deposit_of(1, 30_usdc);
  go();
  route.silent = true;
  deposit_of(2, 30_usdc);
  go();
  EXPECT_EQ(fact(converter, "readable"), "no");
  EXPECT_EQ(books.conversions.begin()->second.attempts, 0U);
}

TEST_F(ConversionActor, ARestartGoesOnWhereTheBooksStand) {
  deposit_of(1, 30_usdc);
  route.words = {word(state::done, 29_usdc)};
  go(seconds{2});
  kill(converter);
  EXPECT_EQ(only_row().steps[0].state, "done");
  converter = start_conversion();
  route.asked.clear();
  route.otherwise = word(state::done, 28_usdc);
  go(seconds{5});
  EXPECT_EQ(only_row().status, conversion_status::completed);
  for (const auto& x : route.asked) EXPECT_EQ(x.step, 1U) << "the bridge is not taken twice";
  EXPECT_EQ(books.buffer.balance, 28_usdc);
}

TEST_F(ConversionActor, NothingNewIsOpenedWhileDraining) {
  dir.drain();
  deposit_of(1, 30_usdc);
  go();
  EXPECT_TRUE(books.conversions.empty());
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc);
}

}  // namespace
}  // namespace headroom::test
