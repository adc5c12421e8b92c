#include "actors/alerts.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/work_switches.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::seconds;
using state = step_state;

/// What operators order of conversions, as their actor finds it in the books.
struct ConversionOrders : Core {
  conversion_actor converter;

  void SetUp() override {
    start_journal();
    start_query();
    start_buffer(0_usdc);
    route.otherwise.state = state::in_flight;
    route.otherwise.detail = "guid";
    deposit_of(1, 30_usdc);
    start_route();
    converter = start_conversion();
    advance(seconds{5});
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
  const conversion& row() { return books.conversions.begin()->second; }
  bool lasts(const char* kind) { return dir.gauges.alerts().lasts(kind, row().id.text()); }

  /// As a terminal does it, beside the service.
  errc order(order_word word, usdc received = {}) {
    order_conversion x;
    x.id = row().id;
    x.order.word = word;
    x.order.received = received;
    x.order.proof = {137, hash_at(50), 3};
    x.order.by = "cli:ann";
    x.order.reason = "ticket 7";
    x.order.at = now();
    committed out;
    return books.apply(x, out);
  }
};

TEST_F(ConversionOrders, OnHoldNothingIsAskedOfTheRouteAndAHumanSeesIt) {
  ASSERT_EQ(order(order_word::hold), errc::none);
  advance(seconds{3});
  route.asked.clear();
  advance(std::chrono::minutes{10});
  EXPECT_TRUE(route.asked.empty());
  EXPECT_TRUE(lasts("conversion.on_hold"));
  EXPECT_EQ(row().status, conversion_status::running);
  ASSERT_EQ(order(order_word::release), errc::none);
  advance(seconds{3});
  EXPECT_FALSE(route.asked.empty());
  EXPECT_FALSE(lasts("conversion.on_hold"));
}

TEST_F(ConversionOrders, AHoldOutlivesARestart) {
  ASSERT_EQ(order(order_word::hold), errc::none);
  advance(seconds{3});
  kill(converter);
  route.asked.clear();
  converter = start_conversion();
  advance(seconds{10});
  EXPECT_TRUE(route.asked.empty());
  EXPECT_TRUE(lasts("conversion.on_hold"));
}

TEST_F(ConversionOrders, ARetryAsksTheRouteAtOnceWhateverThePace) {
  route.otherwise.calls = 200;  // the next look is far away
  advance(seconds{2});
  route.asked.clear();
  advance(seconds{10});
  ASSERT_TRUE(route.asked.empty());
  ASSERT_EQ(order(order_word::retry), errc::none);
  advance(seconds{3});
  ASSERT_EQ(route.asked.size(), 1U) << "once for one order";
  EXPECT_EQ(route.asked[0].attempt, 0U) << "never a new attempt: it may be in flight";
  EXPECT_EQ(route.asked[0].detail, "guid");
  ASSERT_EQ(order(order_word::look), errc::none);
  advance(seconds{3});
  EXPECT_EQ(route.asked.size(), 2U);
}

/// An operator wants it held most when nothing of it can be read.
TEST_F(ConversionOrders, AHoldIsObeyedWhileTheRouteNeverAnswers) {
  route.mute = true;
  advance(seconds{3});
  ASSERT_EQ(order(order_word::hold), errc::none);
  advance(seconds{5});
  EXPECT_TRUE(lasts("conversion.on_hold"));
  route.mute = false;
  route.asked.clear();
  advance(std::chrono::minutes{2});
  EXPECT_TRUE(route.asked.empty());
}

TEST_F(ConversionOrders, WhatIsSettledCompletesWithWhatTheTransferBrought) {
  EXPECT_EQ(order(order_word::settle, 29_usdc), errc::invariant_violated) << "not on hold";
  ASSERT_EQ(order(order_word::hold), errc::none);
  advance(seconds{3});
  ASSERT_EQ(order(order_word::settle, 29_usdc), errc::none);
  advance(seconds{5});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(row().received, 29_usdc);
  EXPECT_EQ(row().loss, 1_usdc);
  EXPECT_EQ(row().steps[0].tx_hash, hash_at(50));
  EXPECT_EQ(books.buffer.balance, 29_usdc);
  EXPECT_EQ(dir.gauges.buffer_available(), 29_usdc);
  EXPECT_EQ(books.in_transit, 0_usdc);
  EXPECT_FALSE(lasts("conversion.on_hold"));
  EXPECT_EQ(fact(converter, "running"), "0");
}

TEST_F(ConversionOrders, WhatIsWrittenOffIsTheHousesLossAndTheUserKeepsTheCredit) {
  ASSERT_EQ(order(order_word::hold), errc::none);
  ASSERT_EQ(order(order_word::write_off), errc::none);
  advance(seconds{5});
  EXPECT_EQ(row().status, conversion_status::failed);
  EXPECT_EQ(row().failure, "written off by cli:ann: ticket 7");
  EXPECT_EQ(books.in_transit, 0_usdc);
  EXPECT_EQ(books.loss, 30_usdc);
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc);
  EXPECT_EQ(fact(converter, "running"), "0");
}

/// Its money was paid by hand: whoever drives it on sends it a second time.
TEST_F(ConversionOrders, WhatIsToEndIsDrivenNoMoreWhileTheBooksDoNotAnswer) {
  store.away_for = [](const journal_entry& x) {
    return std::holds_alternative<complete_conversion>(x);
  };
  ASSERT_EQ(order(order_word::hold), errc::none);
  ASSERT_EQ(order(order_word::settle, 29_usdc), errc::none);
  advance(seconds{1});  // both within one poll
  route.asked.clear();
  advance(seconds{5});
  EXPECT_TRUE(route.asked.empty());
  kill(converter);
  converter = start_conversion();
  advance(seconds{10});
  EXPECT_TRUE(route.asked.empty()) << "nor after a restart";
  store.away_for = {};
  advance(settings.patience.append + seconds{5});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(row().received, 29_usdc);
  EXPECT_TRUE(route.asked.empty());
}

TEST_F(ConversionOrders, AnEndThatTheStoreDidNotTakeIsAskedForAgain) {
  ASSERT_EQ(order(order_word::hold), errc::none);
  ASSERT_EQ(order(order_word::write_off), errc::none);
  store.away_for = [](const journal_entry& x) {
    return std::holds_alternative<write_off_conversion>(x);
  };
  advance(settings.patience.append + seconds{5});
  EXPECT_EQ(row().status, conversion_status::running);
  store.away_for = {};
  advance(settings.patience.append + seconds{5});
  EXPECT_EQ(row().status, conversion_status::failed);
  EXPECT_EQ(books.loss, 30_usdc) << "once";
}

TEST_F(ConversionOrders, AnEndIsObeyedForOneThatNoRouteHereCanDrive) {
  ASSERT_EQ(order(order_word::hold), errc::none);
  kill(converter);
  books.conversions.begin()->second.route = "gone";
  ASSERT_EQ(order(order_word::write_off), errc::none);
  converter = start_conversion();
  advance(seconds{5});
  EXPECT_EQ(row().status, conversion_status::failed);
}

TEST_F(ConversionOrders, PausedConversionsOpenNothingAndWhatRunsGoesOn) {
  heard_switch(dir.gauges, {pausable::conversions, true, "key:1", "an incident", now()});
  deposit_of(2, 12_usdc);
  advance(seconds{10});
  EXPECT_EQ(books.conversions.size(), 1U);
  EXPECT_EQ(books.balances[user(2)].balance, 12_usdc) << "credited all the same";
  EXPECT_TRUE(dir.gauges.alerts().lasts("work.paused", "conversions"));
  route.otherwise.state = state::done;
  route.otherwise.amount_out = 30_usdc;
  advance(seconds{30});
  EXPECT_EQ(row().status, conversion_status::completed);
  EXPECT_EQ(books.conversions.size(), 1U);
  heard_switch(dir.gauges, {pausable::conversions, false, "key:1", "over", now()});
  advance(seconds{5});
  EXPECT_EQ(books.conversions.size(), 2U);
  EXPECT_FALSE(dir.gauges.alerts().lasts("work.paused", "conversions"));
}

/// The books' word is what counts, whoever asked for it.
TEST_F(ConversionOrders, ASwitchWorksOnceItIsCommitted) {
  const auto journal = dir.handles.get<journal_actor>();
  store.commits = {scripted_store::commit_end::away};
  ask_later<committed>(journal,
                       append{switch_work{pausable::bets, true, "key:1", "an incident", now()}});
  run();
  EXPECT_FALSE(dir.gauges.switches().paused(pausable::bets));
  advance(seconds{5});
  EXPECT_TRUE(dir.gauges.switches().paused(pausable::bets));
  EXPECT_EQ(dir.gauges.switches().last(pausable::bets).reason, "an incident");
}

}  // namespace
}  // namespace headroom::test
