#include "actors/alerts.hpp"
#include "actors/conversion_actor.hpp"
#include "tests/actors/core.hpp"

/// Several routes: each conversion goes along the one that it names, and what befalls one route is
/// no business of the others.
namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::seconds;
using state = step_state;

struct ConversionRoutes : Core {
  route_script old;  // no new conversion is opened on it
  conversion_actor converter;

  ConversionRoutes() {
    old.name = "old";
    old.steps = {"wait", "withdraw", "wrap"};
    start_journal();
    start_query();
    start_buffer(0_usdc);
  }
  static conversion_id id_of(int n) {
    conversion_id id;
    id.bytes[0] = static_cast<std::uint8_t>(n);
    return id;
  }
  deposit& deposit_of(int n, usdc amount) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(n);
    d.user = user(n);
    d.amount = amount;
    d.status = deposit_status::pending;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(n);
    return books.deposits.emplace(d.id, d).first->second;
  }
  /// One that an earlier life opened on `name`, with a deposit of 30 USDC in it.
  void stored_on(const std::string& name, int n, std::vector<std::string> steps = {}) {
    auto& d = deposit_of(n, 30_usdc);
    give(d.user, d.amount);
    books.in_transit = add_saturating(books.in_transit, d.amount);
    d.status = deposit_status::converting;
    d.conversion = id_of(n);
    conversion row;
    row.id = id_of(n);
    row.route = name;
    row.amount = d.amount;
    row.deposits = {d.id};
    row.created_at = now();
    for (auto& step : steps) {
      row.steps.emplace_back();
      row.steps.back().name = std::move(step);
      row.steps.back().state = row.steps.size() == 1 ? "in_flight" : "waiting";
      row.steps.back().amount_in = d.amount;
    }
    books.conversions.emplace(row.id, row);
  }
  void start() {
    start_route();
    start_route(old);
    converter = start_conversion();
  }
  const conversion& row(int n) { return books.conversions.at(id_of(n)); }
  /// Those on the configured route that this life has opened.
  std::size_t opened() {
    std::size_t n = 0;
    for (const auto& [id, c] : books.conversions) n += c.route == route.name ? 1 : 0;
    return n;
  }
  bool is_alert(int n) {
    return dir.gauges.alerts().lasts("conversion.unknown_route", id_of(n).text());
  }
};

TEST_F(ConversionRoutes, NewOnesAreOpenedOnTheConfiguredRoute) {
  start();
  deposit_of(1, 30_usdc);
  advance(seconds{5});
  ASSERT_EQ(books.conversions.size(), 1U);
  EXPECT_EQ(books.conversions.begin()->second.route, "scripted");
  EXPECT_TRUE(old.asked.empty());
  EXPECT_EQ(fact(converter, "route"), "scripted");
  EXPECT_EQ(fact(converter, "routes"), "old scripted");
}

TEST_F(ConversionRoutes, AStoredOneRunsTheStepsOfTheRouteItNames) {
  stored_on("old", 7);
  start();
  advance(seconds{5});
  EXPECT_TRUE(route.asked.empty());
  ASSERT_FALSE(old.asked.empty());
  EXPECT_EQ(old.asked.front().conversion, id_of(7));
  old.otherwise.state = state::done;
  old.otherwise.amount_out = 29_usdc;
  advance(seconds{10});
  EXPECT_EQ(row(7).status, conversion_status::completed);
  ASSERT_EQ(row(7).steps.size(), 3U);
  EXPECT_EQ(row(7).steps[2].name, "wrap");
  EXPECT_EQ(books.buffer.balance, 29_usdc);
}

TEST_F(ConversionRoutes, OneOfAnUnknownRouteStaysAsItIsRaisesAnAlertAndStopsNothingElse) {
  stored_on("gone", 7, {"bridge", "swap"});
  const auto before = row(7);
  start();
  deposit_of(1, 30_usdc);
  advance(seconds{30});
  EXPECT_TRUE(is_alert(7));
  EXPECT_EQ(fact(converter, "unclaimed"), "1");
  EXPECT_EQ(row(7).status, conversion_status::running);
  EXPECT_EQ(row(7).updated_at, before.updated_at);
  EXPECT_EQ(row(7).steps.front().state, "in_flight");
  for (const auto* script : {&route, &old})
    for (const auto& x : script->asked) EXPECT_NE(x.conversion, id_of(7)) << script->name;
  EXPECT_EQ(opened(), 1U) << "the others go on";
  EXPECT_EQ(fact(converter, "readable"), "yes");
}

TEST_F(ConversionRoutes, TheAlertEndsWhenTheRouteIsThereOrTheConversionIsOver) {
  stored_on("later", 7);
  stored_on("never", 8);
  start();
  advance(seconds{5});
  EXPECT_TRUE(is_alert(7) && is_alert(8));
  route_script late;
  late.name = "later";
  start_route(late);
  books.conversions.at(id_of(8)).status = conversion_status::failed;  // by hand
  advance(seconds{5});
  EXPECT_FALSE(is_alert(7));
  EXPECT_FALSE(is_alert(8));
  EXPECT_FALSE(late.asked.empty()) << "and it is driven";
  kill(converter);
}

/// An index into the steps of one route means nothing to another of the same name.
TEST_F(ConversionRoutes, OneWhoseStepsAreNotItsRoutesIsNotDriven) {
  stored_on("old", 7, {"wait", "withdraw"});
  stored_on("old", 8, {"bridge"});
  start();
  advance(seconds{5});
  EXPECT_FALSE(is_alert(7)) << "the first steps of it";
  EXPECT_TRUE(is_alert(8));
  for (const auto& x : old.asked) EXPECT_EQ(x.conversion, id_of(7));
}

/// What became of its money cannot be read, and the route is there: it takes no more.
TEST_F(ConversionRoutes, ARouteWithSuchAOneTakesNoNewMoney) {
  stored_on("scripted", 7, {"wait"});
  start();
  deposit_of(1, 30_usdc);
  advance(seconds{10});
  EXPECT_TRUE(is_alert(7));
  EXPECT_EQ(opened(), 1U) << "the stored one alone";
  EXPECT_EQ(books.balances[user(1)].balance, 30_usdc) << "credited all the same";
  books.conversions.at(id_of(7)).status = conversion_status::failed;  // by hand
  advance(seconds{10});
  EXPECT_EQ(opened(), 2U);
}

TEST_F(ConversionRoutes, ARouteThatIsStartedAnewIsNotUnknown) {
  stored_on("old", 7);
  start_route();
  const auto first = start_route(old);
  dir.handles.forget(key_of(first));
  converter = start_conversion();
  advance(seconds{5});
  EXPECT_FALSE(is_alert(7));
  EXPECT_TRUE(old.asked.empty());
  start_route(old);
  advance(seconds{5});
  EXPECT_FALSE(old.asked.empty());
}

TEST_F(ConversionRoutes, WhatIsUnreadableOnOneRouteKeepsNothingFromAnother) {
  stored_on("old", 7);
  old.otherwise.state = state::unreadable;
  start();
  deposit_of(1, 30_usdc);
  advance(seconds{10});
  EXPECT_EQ(fact(converter, "readable"), "no");
  EXPECT_EQ(opened(), 1U);
  route.otherwise.state = state::unreadable;
  advance(seconds{5});
  deposit_of(2, 30_usdc);
  advance(seconds{10});
  EXPECT_EQ(opened(), 1U) << "now its own";
  route.otherwise.state = state::in_flight;
  advance(seconds{10});
  EXPECT_EQ(opened(), 2U);
}

TEST_F(ConversionRoutes, ThoseOfAnotherRouteTakeNoPlaceOfNewOnes) {
  settings.conversion.at_once = 2;
  for (int n = 7; n <= 9; ++n) stored_on("old", n);
  start();
  for (int n = 1; n <= 3; ++n) {
    deposit_of(n, 30_usdc);
    advance(seconds{3});
  }
  EXPECT_EQ(opened(), 2U);
}

TEST_F(ConversionRoutes, AStepIsToldOfItsOwnRoutesNeedsAlone) {
  for (auto* script : {&route, &old}) script->otherwise.state = state::held;
  stored_on("old", 7);
  start();
  advance(seconds{3});
  deposit_of(1, 12_usdc);
  advance(seconds{5});
  ASSERT_FALSE(route.asked.empty());
  for (const auto& x : route.asked) EXPECT_EQ(x.owed_before, 0_usdc);
}

TEST_F(ConversionRoutes, ARouteThatCallsItselfSomethingElseIsNotUsed) {
  stored_on("old", 7);
  route_script liar = old;
  auto handle = start_route(liar);  // registered as "old"
  liar.name = "new";
  start_route();
  converter = start_conversion();
  const logged log;
  advance(seconds{10});
  EXPECT_TRUE(liar.asked.empty());
  EXPECT_EQ(log.count("conversion.wrong_route route=old calls_itself=new"), 1U) << log.text();
  kill(converter);
  kill(handle);
}

}  // namespace
}  // namespace headroom::test
