#include "actors/conversion_actor.hpp"

#include "actors/alerts.hpp"
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
    const auto owner = dir.users.balance_of(user(1));
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
    step_progress p;
    p.state = s;
    p.amount_out = out;
    p.detail = std::move(detail);
    return p;
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

TEST_F(ConversionActor, OfTwoSourcesTheHeldOneWaitsAlone) {
  deposit_of(1, 30_usdc);
  deposit_of(2, 12_usdc);
  const money_source polygon{137, {}};
  books.deposits.begin()->second.payment.chain_id = polygon.chain_id;
  dir.gauges.credit_holds().hold(polygon, "no price");
  converter = start_conversion();
  advance(seconds{5});
  EXPECT_EQ(books.balances[user(1)].balance, 0_usdc);
  EXPECT_EQ(books.balances[user(2)].balance, 12_usdc);
  dir.gauges.credit_holds().release(polygon);
  advance(seconds{2});
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc);
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
  kill(dir.handles.get<journal_actor>());
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
  EXPECT_EQ(dir.gauges.buffer_available(), 40_usdc);
  EXPECT_EQ(books.in_transit, 0_usdc);
  for (const auto& [id, d] : books.deposits) EXPECT_EQ(d.status, deposit_status::completed);
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc) << "the user keeps every cent";
}

TEST_F(ConversionActor, ASmallSumWaitsForCompany) {
  settings.conversion.minimum = 25_usdc;
  deposit_of(1, 20_usdc);
  go();
  EXPECT_TRUE(books.conversions.empty());
  deposit_of(2, 5_usdc);
  go();
  EXPECT_EQ(only_row().amount, 25_usdc);
}

TEST_F(ConversionActor, ManySmallSumsAreCompanyEnough) {
  settings.conversion.minimum = 500_usdc;
  settings.conversion.most_deposits = 3;
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

TEST_F(ConversionActor, HarmlessFailuresBackOffAndNeverEndAConversion) {
  settings.conversion.attempts_within = seconds{60};  // or it would wait for an operator
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::failed, {}, "reverted");
  go(std::chrono::minutes{30});
  EXPECT_EQ(only_row().status, conversion_status::running);
  EXPECT_EQ(only_row().steps[0].state, "held");
  EXPECT_EQ(fact(converter, "held"), "1");
  EXPECT_GE(route.asked.size(), 8U);
  EXPECT_LE(route.asked.size(), 14U) << "every pause is twice as long, up to ten minutes";
  for (std::uint32_t n = 0; n < route.asked.size(); ++n) EXPECT_EQ(route.asked[n].attempt, n);
  const auto subject = only_row().id.text();
  EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.held", subject));
  route.otherwise = word(state::in_flight, {}, "sent");
  go(std::chrono::minutes{11});
  EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.held", subject))
      << "one more attempt is no news";
  route.otherwise = word(state::done, 29_usdc);
  go(std::chrono::minutes{1});
  EXPECT_EQ(only_row().status, conversion_status::completed);
  EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.held", subject));
}

TEST_F(ConversionActor, AFewFailuresAreNobodysBusiness) {
  deposit_of(1, 30_usdc);
  route.words = {word(state::failed, {}, "reverted"), word(state::failed, {}, "reverted")};
  route.otherwise = word(state::done, 29_usdc);
  go(seconds{30});
  EXPECT_EQ(only_row().status, conversion_status::completed);
  EXPECT_TRUE(dir.gauges.alerts().list().empty());
}

TEST_F(ConversionActor, WhatIsHeldForAMinuteIsSaidAndTheSecondTimeAgain) {
  deposit_of(1, 30_usdc);
  const logged log;
  for (int n = 1; n <= 2; ++n) {
    route.otherwise = word(state::held, {}, "the price is below the floor");
    go(std::chrono::minutes{3});
    EXPECT_EQ(only_row().steps[0].state, "held");
    EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.held", only_row().id.text()));
    EXPECT_EQ(log.count("alert.raised kind=conversion.held"), static_cast<std::size_t>(n));
    route.otherwise = word(state::in_flight, {}, "sent");
    go(seconds{30});
    EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.held", only_row().id.text()));
  }
}

/// What is missing is missing to the youngest, and no other conversion is opened to pay for it.
TEST_F(ConversionActor, AShortageIsSaidAndOpensNothingNew) {
  deposit_of(1, 30_usdc);
  auto missing = word(state::held, {}, "short: 10 of 30");
  missing.short_of_money = true;
  route.otherwise = missing;
  go(seconds{10});
  EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.short", only_row().id.text()));
  deposit_of(2, 12_usdc);
  go(seconds{10});
  EXPECT_EQ(books.conversions.size(), 1U);
  EXPECT_EQ(books.balances[user(2)].balance, 12_usdc) << "credited all the same";
  const auto first = only_row().id.text();
  route.otherwise = word(state::in_flight, {}, "sent");
  go(seconds{30});
  EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.short", first));
  EXPECT_EQ(books.conversions.size(), 2U);
}

TEST_F(ConversionActor, AStepIsToldWhatOlderOnesStillNeed) {
  route.otherwise = word(state::held, {}, "waits");
  deposit_of(1, 30_usdc);
  go(seconds{5});
  deposit_of(2, 12_usdc);
  go(seconds{5});
  ASSERT_EQ(books.conversions.size(), 2U);
  for (const auto& x : route.asked)
    EXPECT_EQ(x.owed_before, x.amount_in == 12_usdc ? 30_usdc : 0_usdc);
  // Once the older one's transaction is out it needs nothing more.
  auto sent = word(state::in_flight, {}, "sent");
  sent.tx_hash = hash_at(7);
  route.otherwise = sent;
  go(seconds{30});
  EXPECT_EQ(route.asked.back().owed_before, 0_usdc);
}

/// The chain's finality stands still: held, and yet the money is not in the wallet any more.
TEST_F(ConversionActor, WhatIsHeldThoughItsMoneyLeftIsOwedByNobodyAndIsSaid) {
  auto held = word(state::held, {}, "waits: the finalized block stands still at 7");
  held.money_left = true;
  held.tx_hash = hash_at(7);
  route.otherwise = held;
  deposit_of(1, 30_usdc);
  go(seconds{5});
  deposit_of(2, 12_usdc);
  go(std::chrono::minutes{2});
  ASSERT_EQ(books.conversions.size(), 2U) << "it stops no other";
  EXPECT_EQ(route.asked.back().owed_before, 0_usdc);
  for (const auto& x : route.asked) EXPECT_EQ(x.owed_before, 0_usdc);
  for (const auto& [id, row] : books.conversions) {
    EXPECT_EQ(row.steps[0].state, "held");
    EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.held", id.text()));
  }
}

/// 0.2 calls a second, from its first minute on and however long a bridge takes.
TEST_F(ConversionActor, AWaitingConversionAsksLittle) {
  deposit_of(1, 30_usdc);
  auto waits = word(state::in_flight, {}, "waits for delivery");
  waits.calls = 2;
  route.otherwise = waits;
  for (const auto minutes : {1U, 10U}) {
    route.asked.clear();
    go(std::chrono::minutes{minutes});
    EXPECT_LE(route.asked.size() * 2, 12 * minutes) << minutes;
    EXPECT_GE(route.asked.size() * 2, 12 * minutes - 4) << "and not less than it may";
  }
}

TEST_F(ConversionActor, WhoHasJustSentIsLookedAtSoonWhateverTheSendingCost) {
  deposit_of(1, 30_usdc);
  auto sent = word(state::in_flight, {}, "sent");
  sent.tx_hash = hash_at(7);
  sent.calls = 6;
  route.words.push_back(sent);
  auto changes = word(state::in_flight, {}, "");
  changes.tx_hash = hash_at(7);
  changes.calls = 3;
  route.otherwise = changes;
  go(seconds{5});
  EXPECT_EQ(route.asked.size(), 2U);
}

TEST_F(ConversionActor, WhatCostsNoCallIsLookedAtWithEveryPoll) {
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight, {}, "not final");
  go(seconds{60});
  EXPECT_GE(route.asked.size(), 50U);
}

TEST_F(ConversionActor, ALateOneIsSaid) {
  route.expected_seconds = 60;
  settings.conversion.stuck_after = seconds{1'000};
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight, {}, "guid=0xab");
  go(seconds{100});
  EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.late", only_row().id.text()));
  go(seconds{60});
  EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.late", only_row().id.text()));
  EXPECT_EQ(dir.gauges.alerts().list().front().text, "guid=0xab");
}

TEST_F(ConversionActor, ARouteThatTakesNothingNewIsSaidByItsNameUntilItDoes) {
  const auto is_stopped = [&] {
    const auto all = dir.gauges.alerts().list();
    return std::any_of(all.begin(), all.end(), [&](const auto& a) {
      return a.kind == "route.stopped" && a.lasts && a.subject == only_row().route;
    });
  };
  route.expected_seconds = 60;
  settings.conversion.stuck_after = seconds{1'000};
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight, {}, "guid=0xab");
  go(seconds{150});
  EXPECT_FALSE(is_stopped()) << "late for half a minute";
  go(seconds{60});
  EXPECT_TRUE(is_stopped());
  route.otherwise = word(state::done, 30_usdc);
  go(seconds{30});
  EXPECT_FALSE(is_stopped());
  EXPECT_EQ(dir.gauges.alerts().raised().at("route.stopped"), 1U) << "once";
}

TEST_F(ConversionActor, ASlowStepIsNoNewsOnceItIsThrough) {
  route.steps = {"bridge", "swap"};
  route.expected_seconds = 60;
  settings.conversion.stuck_after = seconds{1'000};
  deposit_of(1, 30_usdc);
  route.otherwise = word(state::in_flight);
  go(seconds{150});
  ASSERT_TRUE(dir.gauges.alerts().lasts("conversion.late", only_row().id.text()));
  route.words = {word(state::done, 30_usdc)};
  go(seconds{30});
  ASSERT_EQ(only_row().steps.at(0).state, "done");
  EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.late", only_row().id.text()));
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
  go(settings.patience.append + seconds{5});
  EXPECT_EQ(log.count("conversion.not_recorded conversion=" + only_row().id.text() +
                      " entry=advance code=timed_out"),
            1U)
      << log.text();
  EXPECT_EQ(fact(converter, "stopped"), "0");
  store.away_for = {};
  go(settings.patience.append + seconds{5});
  EXPECT_EQ(only_row().status, conversion_status::completed);
}

TEST_F(ConversionActor, AStuckStepIsLookedAtAgainAndNeverWrittenOff) {
  settings.conversion.stuck_after = seconds{10};
  settings.conversion.attempts = 2;
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
  dir.users.drain();
  deposit_of(1, 30_usdc);
  go();
  EXPECT_TRUE(books.conversions.empty());
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc);
}

}  // namespace
}  // namespace headroom::test
