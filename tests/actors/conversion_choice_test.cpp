#include <algorithm>

#include "actors/alerts.hpp"
#include "actors/conversion_actor.hpp"
#include "tests/actors/core.hpp"

/// Several routes that could take the money: which one does, how much of it, and what befalls those
/// that do not.
namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::minutes;
using std::chrono::seconds;
using state = step_state;

constexpr money_source plasma{9745, address{{1}}};
constexpr money_source base{8453, address{{2}}};

struct ConversionChoice : Core {
  route_script cheap;  // 1 bps, an hour
  route_script fast;   // 10 bps, ten seconds
  conversion_actor converter;

  ConversionChoice() {
    prepare(cheap, "cheap", 1, 3'600);
    prepare(fast, "fast", 10, 10);
    settings.conversion.routes = {terms("cheap"), terms("fast")};
    start_journal();
    start_query();
    start_buffer(1'000_usdc);
  }
  static void prepare(route_script& r, std::string name, std::int64_t bps, std::uint32_t time) {
    r.name = std::move(name);
    r.steps = {"bridge"};
    r.from = plasma;
    r.expected_seconds = time;
    r.quote = [bps, time](usdc amount) {
      return route_quote{{amount.micro - amount.micro * bps / 10'000}, time};
    };
  }
  static route_terms terms(std::string name) {
    route_terms out;
    out.name = std::move(name);
    return out;
  }
  /// The terms of one of them, to be changed before the start.
  route_terms& terms_of(const std::string& name) {
    for (auto& t : settings.conversion.routes)
      if (t.name == name) return t;
    return settings.conversion.routes.emplace_back(terms(name));
  }
  void deposit_of(int n, usdc amount, const money_source& from = plasma) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(n);
    d.user = user(n);
    d.amount = amount;
    d.status = deposit_status::pending;
    d.payment.chain_id = from.chain_id;
    d.payment.token = from.token;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(n);
    books.deposits.emplace(d.id, d);
  }
  void go(std::chrono::milliseconds by = seconds{5}) {
    if (!converter) {
      start_route(cheap);
      start_route(fast);
      converter = start_conversion();
    }
    advance(by);
  }
  /// "route amount" of every conversion, in the order of their opening.
  std::vector<std::string> opened() {
    std::vector<const conversion*> all;
    for (const auto& [id, c] : books.conversions) all.push_back(&c);
    std::sort(all.begin(), all.end(),
              [](const auto* a, const auto* b) { return a->created_at < b->created_at; });
    std::vector<std::string> out;
    for (const auto* c : all) out.push_back(c->route + " " + to_string(c->amount));
    return out;
  }
  using list = std::vector<std::string>;
  route_listing listing() {
    return ask<route_listing>(converter, get_atom::value)->value.value_or(route_listing{});
  }
  route_view view(const std::string& name) {
    for (const auto& v : listing().routes)
      if (v.name == name) return v;
    ADD_FAILURE() << "no route " << name;
    return {};
  }
  route_word word_on(const std::string& name) { return view(name).verdict.word; }
  void buffer_falls_low() {
    ask<buffer_status>(dir.handles.get<buffer_actor>(),
                       buffer_limits{true, 2'000_usdc, false, false, {}});
  }
};

TEST_F(ConversionChoice, AHighBufferTakesTheCheapestRoute) {
  deposit_of(1, 30_usdc);
  go();
  EXPECT_EQ(opened(), list{"cheap 30.00"});
  EXPECT_EQ(word_on("cheap"), route_word::chosen);
  EXPECT_EQ(word_on("fast"), route_word::dearer);
}

TEST_F(ConversionChoice, ALowBufferTakesTheFastestAndWaitsForNoCompany) {
  settings.conversion.minimum = 500_usdc;
  buffer_falls_low();
  deposit_of(1, 30_usdc);
  go();
  EXPECT_EQ(opened(), list{"fast 30.00"});
  EXPECT_EQ(word_on("cheap"), route_word::slower);
}

TEST_F(ConversionChoice, WhatWasQuotedAndWhyIsStoredWithIt) {
  deposit_of(1, 30_usdc);
  go();
  const auto& row = books.conversions.begin()->second;
  EXPECT_EQ(row.source, plasma);
  EXPECT_EQ(row.expected_out, 29'997'000_micro);
  EXPECT_EQ(row.expected_seconds, 3'600U);
  EXPECT_EQ(row.choice, "the cheapest of 2: 1.00 bps in 3600 s");
}

step_progress short_of(const char* what) {
  step_progress out;
  out.state = state::held;
  out.detail = what;
  out.short_of_money = true;
  return out;
}

/// Both routes send the source's money from its one account; another source has its own.
TEST_F(ConversionChoice, AShortageAtTheSourceStopsThatSourceAlone) {
  route_script other;
  prepare(other, "other", 5, 60);
  other.from = base;
  settings.conversion.routes.push_back(terms("other"));
  start_route(other);
  cheap.otherwise = short_of("short: 10 of 30");
  deposit_of(1, 30_usdc);
  go();
  deposit_of(2, 12_usdc);
  deposit_of(3, 7_usdc, base);
  go();
  EXPECT_EQ(opened(), (list{"cheap 30.00", "other 7.00"}));
  const auto waiting = listing().waiting;
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].why, "short_of_money");
  kill(converter);
}

/// It lacks what it swaps, on the far side: whoever swaps there would take it from the older one.
TEST_F(ConversionChoice, AShortageAtALaterStepStopsTheRoutesWithThatStep) {
  cheap.steps = {"bridge", "swap"};
  fast.steps = {"across", "swap"};
  route_script whole;
  prepare(whole, "whole", 50, 60);
  settings.conversion.routes.push_back(terms("whole"));
  start_route(whole);
  step_progress there;
  there.state = state::done;
  there.amount_out = 30_usdc;
  cheap.words = {there};
  cheap.otherwise = short_of("no gas money");
  deposit_of(1, 30_usdc);
  go(seconds{10});
  deposit_of(2, 12_usdc);
  go();
  EXPECT_EQ(opened(), (list{"cheap 30.00", "whole 12.00"}));
  EXPECT_EQ(word_on("cheap"), route_word::short_of_money);
  EXPECT_EQ(word_on("fast"), route_word::short_of_money);
  kill(converter);
}

/// A human has taken it in hand, and nothing is sent for it.
TEST_F(ConversionChoice, OneThatAnOperatorHoldsLacksNothing) {
  cheap.otherwise = short_of("short: 10 of 30");
  deposit_of(1, 30_usdc);
  go(seconds{10});
  deposit_of(2, 12_usdc);
  go();
  ASSERT_EQ(opened().size(), 1U);
  order_conversion hold;
  hold.id = books.conversions.begin()->first;
  hold.order = {0, order_word::hold, {}, {}, "cli:ann", "ticket 7", now()};
  committed out;
  ASSERT_EQ(books.apply(hold, out), errc::none);
  go(seconds{10});
  EXPECT_EQ(opened(), (list{"cheap 30.00", "cheap 12.00"}));
}

TEST_F(ConversionChoice, MoneyOfTwoSourcesIsNeverInOneConversion) {
  route_script other;
  prepare(other, "other", 5, 60);
  other.from = base;
  settings.conversion.routes.push_back(terms("other"));
  start_route(other);
  deposit_of(1, 30_usdc);
  deposit_of(2, 12_usdc, base);
  go();
  auto all = opened();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (list{"cheap 30.00", "other 12.00"}));
  EXPECT_EQ(word_on("other"), route_word::chosen) << "it is judged for its own source";
  kill(converter);
}

TEST_F(ConversionChoice, MoneyThatNoRouteTakesWaitsAndIsNamed) {
  deposit_of(1, 12_usdc, base);
  go();
  EXPECT_TRUE(opened().empty());
  EXPECT_EQ(books.balances[user(1)].balance, 12_usdc) << "credited all the same";
  const auto all = listing();
  ASSERT_EQ(all.waiting.size(), 1U);
  EXPECT_EQ(all.waiting[0].source, base);
  EXPECT_EQ(all.waiting[0].amount, 12_usdc);
  EXPECT_EQ(all.waiting[0].why, "no route may take it");
}

TEST_F(ConversionChoice, WhoWaitsForNothingAnyMoreIsAnAlertUntilARouteTakesIt) {
  settings.conversion.longest_wait = minutes{2};
  settings.conversion.stuck_after = minutes{1};
  fast.disabled = cheap.disabled = "closed";
  deposit_of(1, 30_usdc);
  go(minutes{2});
  const auto subject = "9745/" + plasma.token.hex();
  EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.waiting", subject));
  go(minutes{2});
  EXPECT_TRUE(dir.gauges.alerts().lasts("conversion.waiting", subject));
  fast.disabled = "";
  go(minutes{2});
  EXPECT_EQ(opened(), list{"fast 30.00"});
  EXPECT_FALSE(dir.gauges.alerts().lasts("conversion.waiting", subject));
}

TEST_F(ConversionChoice, ARouteThatIsNotEnabledTakesNothing) {
  settings.conversion.routes = {terms("fast")};
  deposit_of(1, 30_usdc);
  go();
  EXPECT_EQ(opened(), list{"fast 30.00"});
  EXPECT_EQ(word_on("cheap"), route_word::not_enabled);
  EXPECT_FALSE(view("cheap").enabled);
}

TEST_F(ConversionChoice, TheOlderWordNamesOne) {
  settings.conversion.routes.clear();
  settings.conversion.route = "fast";
  deposit_of(1, 30_usdc);
  go();
  EXPECT_EQ(opened(), list{"fast 30.00"});
}

TEST_F(ConversionChoice, WhatNeedsNoConversionNeedsNoPermissionAndNoCompany) {
  settings.conversion.minimum = 500_usdc;
  route_script direct;
  prepare(direct, "direct", 0, 30);
  direct.from = base;
  start_route(direct);
  deposit_of(1, 12_usdc, base);
  go();
  EXPECT_EQ(opened(), list{"direct 12.00"});
  kill(converter);
}

TEST_F(ConversionChoice, AnEnabledRouteThatIsNotThereIsAnAlertUntilItIs) {
  terms_of("later");
  go();
  EXPECT_TRUE(dir.gauges.alerts().lasts("route.missing", "later"));
  EXPECT_EQ(word_on("later"), route_word::missing);
  route_script late;
  prepare(late, "later", 3, 60);
  start_route(late);
  go();
  EXPECT_FALSE(dir.gauges.alerts().lasts("route.missing", "later"));
  EXPECT_TRUE(view("later").known);
  kill(converter);
}

// -- caps ----------------------------------------------------------------------------------------

TEST_F(ConversionChoice, ADearRouteIsNotTakenAboveItsCaps) {
  settings.conversion.routes = {terms("fast")};
  terms_of("fast").fee_bps = 9;
  deposit_of(1, 30_usdc);
  go();
  EXPECT_TRUE(opened().empty());
  EXPECT_EQ(word_on("fast"), route_word::fee_cap);
  EXPECT_EQ(listing().waiting.at(0).why, "no route takes it");
  fast.quote = [](usdc amount) { return route_quote{amount, 10}; };
  go(settings.conversion.choose_again);
  EXPECT_EQ(opened(), list{"fast 30.00"}) << "cheap enough by now";
}

TEST_F(ConversionChoice, AfterAChoiceInVainTheRoutesAreLeftAloneForAWhile) {
  settings.conversion.routes = {terms("fast")};
  fast.quote = [](usdc) { return route_quote{{}, 10, {}, {}, {}, "closed"}; };
  deposit_of(1, 30_usdc);
  go(minutes{1});
  const auto mine = std::count(fast.quoted.begin(), fast.quoted.end(), 30_usdc);
  EXPECT_GE(mine, 3);
  EXPECT_LE(mine, 5) << "every quote costs calls to nodes";
  EXPECT_EQ(word_on("fast"), route_word::refused);
  EXPECT_EQ(view("fast").verdict.detail, "closed");
}

TEST_F(ConversionChoice, WhatIsAboveTheSizeOfOneIsSplitByWholeDeposits) {
  terms_of("cheap").size = 50_usdc;
  settings.conversion.routes = {terms_of("cheap")};
  for (int n = 1; n <= 3; ++n) deposit_of(n, 30_usdc);
  deposit_of(4, 20_usdc);
  go(seconds{10});
  EXPECT_EQ(opened(), (list{"cheap 50.00", "cheap 30.00", "cheap 30.00"}));
}

TEST_F(ConversionChoice, ARouteThatTakesLessIsAskedAgainAboutWhatFits) {
  settings.conversion.routes = {terms("fast")};
  fast.quote = [](usdc amount) {
    route_quote q{amount, 10};
    q.most = 100_usdc;
    if (amount > q.most) q.refusal = "too much";
    return q;
  };
  deposit_of(1, 80_usdc);
  deposit_of(2, 90_usdc);
  go(seconds{10});
  EXPECT_EQ(opened(), (list{"fast 80.00", "fast 90.00"}));
}

TEST_F(ConversionChoice, ASingleDepositThatIsTooLargeGoesByAnotherRouteOrWaitsNamed) {
  cheap.quote = [](usdc amount) {
    route_quote q{amount, 3'600};
    q.most = 100_usdc;
    return q;
  };
  deposit_of(1, 5'000_usdc);
  go();
  EXPECT_EQ(opened(), list{"fast 5000.00"});
  EXPECT_EQ(word_on("cheap"), route_word::too_large);
  fast.disabled = "under repair";
  go(settings.conversion.route_look + seconds{1});
  deposit_of(2, 5'000_usdc);
  deposit_of(3, 60_usdc);
  go(seconds{30});
  EXPECT_EQ(opened(), (list{"fast 5000.00", "cheap 60.00"})) << "it is in nobody's way";
  EXPECT_EQ(listing().waiting.at(0).amount, 5'000_usdc);
  EXPECT_EQ(word_on("fast"), route_word::disabled);
}

TEST_F(ConversionChoice, NoMoreIsUnderWayThanTheCapByTheBooksOrByTheRoutesOwnLook) {
  terms_of("cheap").in_flight = 100_usdc;
  settings.conversion.routes = {terms_of("cheap")};
  deposit_of(1, 60_usdc);
  go();
  deposit_of(2, 60_usdc);
  go(seconds{30});
  EXPECT_EQ(opened(), list{"cheap 60.00"});
  EXPECT_EQ(word_on("cheap"), route_word::too_large);
  deposit_of(3, 40_usdc);
  go(seconds{30});
  EXPECT_EQ(opened(), (list{"cheap 60.00", "cheap 40.00"}));
  EXPECT_EQ(word_on("cheap"), route_word::in_flight_full);
  EXPECT_EQ(view("cheap").amount_running, 100_usdc);
  cheap.otherwise = step_progress{};
  cheap.otherwise.state = state::done;
  cheap.otherwise.amount_out = 40_usdc;
  cheap.flight.amount = 90_usdc;  // the bridge itself still shows it
  go(seconds{30});
  EXPECT_EQ(opened().size(), 2U) << "whatever the books say";
  cheap.flight.amount = {};
  go(seconds{30});
  EXPECT_EQ(opened().size(), 3U);
}

// -- what stops a route, and no other ------------------------------------------------------------

TEST_F(ConversionChoice, AMuteRouteIsNotChosenAndHoldsUpNobodyForLong) {
  cheap.hushed = true;
  deposit_of(1, 30_usdc);
  go(seconds{2});
  EXPECT_TRUE(opened().empty()) << "its answer is waited for";
  go(settings.conversion.choice);
  EXPECT_EQ(opened(), list{"fast 30.00"});
  EXPECT_EQ(word_on("cheap"), route_word::silent);
}

TEST_F(ConversionChoice, AFlightThatCannotBeReadStopsThatRouteAlone) {
  cheap.flight = {false, 0, {}, "the node shows no logs"};
  deposit_of(1, 30_usdc);
  go();
  EXPECT_EQ(opened(), list{"fast 30.00"});
  EXPECT_EQ(word_on("cheap"), route_word::unreadable);
  EXPECT_EQ(view("cheap").verdict.detail, "the node shows no logs");
}

TEST_F(ConversionChoice, AStepThatCannotBeReadStopsThatRouteAlone) {
  deposit_of(1, 30_usdc);
  go();
  cheap.otherwise.state = state::unreadable;
  go();
  deposit_of(2, 12_usdc);
  go();
  EXPECT_EQ(opened(), (list{"cheap 30.00", "fast 12.00"}));
  EXPECT_EQ(word_on("cheap"), route_word::unreadable);
}

TEST_F(ConversionChoice, AStepOlderThanTwiceItsTimeStopsThatRouteAloneAlsoAfterARestart) {
  prepare(fast, "fast", 0, 10);    // the cheapest, too
  fast.otherwise.detail = "sent";  // so that the books know since when
  deposit_of(1, 30_usdc);
  go();
  ASSERT_EQ(opened(), list{"fast 30.00"});
  go(seconds{30});
  kill(converter);
  converter = start_conversion();
  deposit_of(2, 12_usdc);
  go(seconds{3});
  EXPECT_EQ(opened(), (list{"fast 30.00", "cheap 12.00"}));
  EXPECT_EQ(word_on("fast"), route_word::late);
}

TEST_F(ConversionChoice, ARouteThatGoesAwayWhileTheOthersAnswerIsNotOpenedOn) {
  cheap.hushed = true;
  deposit_of(1, 30_usdc);
  go(seconds{3});
  dir.handles.forget(key_of(dir.handles.route("fast")));
  go(settings.conversion.choice);
  EXPECT_TRUE(opened().empty());
  EXPECT_EQ(word_on("fast"), route_word::missing);
}

// -- batches -------------------------------------------------------------------------------------

TEST_F(ConversionChoice, ASmallSumIsConvertedWhenItHasWaitedLongEnough) {
  settings.conversion.minimum = 500_usdc;
  settings.conversion.longest_wait = minutes{10};
  deposit_of(1, 30_usdc);
  go(minutes{9});
  EXPECT_TRUE(opened().empty());
  EXPECT_TRUE(listing().waiting.at(0).why.starts_with("30.00 of 500.00 USDC together"));
  go(minutes{2});
  EXPECT_EQ(opened(), list{"cheap 30.00"});
}

TEST_F(ConversionChoice, BelowTheTargetItWaitsLess) {
  settings.conversion.minimum = 500_usdc;
  settings.conversion.wait_below_target = minutes{1};
  settings.buffer.marks.target = 2'000_usdc;
  deposit_of(1, 30_usdc);
  go(seconds{50});
  EXPECT_TRUE(opened().empty());
  go(seconds{20});
  EXPECT_EQ(opened(), list{"cheap 30.00"});
}

/// 1,000 USDC at 2,000 an hour: half an hour, less than the cheap route takes.
TEST_F(ConversionChoice, AnOutflowThatWouldEmptyTheBufferBeforeHurries) {
  settings.conversion.minimum = 500_usdc;
  settings.buffer.marks.high = 5'000_usdc;
  books.flows.out_hour = 2'000_usdc;
  books.flows.hour_seconds = 3'600;
  go(settings.buffer.tick * 2);
  deposit_of(1, 30_usdc);
  go();
  EXPECT_EQ(opened(), list{"fast 30.00"}) << "and waits for no company";
}

// -- what is shown -------------------------------------------------------------------------------

TEST_F(ConversionChoice, RoutesAreQuotedNowAndThenAlsoWhileNothingIsConverted) {
  go(minutes{3});
  const auto v = view("cheap");
  EXPECT_TRUE(v.enabled && v.known && v.quoted && v.looked);
  EXPECT_EQ(v.quoted_amount, 1'000_usdc);
  EXPECT_EQ(v.quote.expected_seconds, 3'600U);
  EXPECT_EQ(v.info.from, plasma);
  EXPECT_EQ(v.verdict.word, route_word::not_asked);
  EXPECT_GE(cheap.quoted.size(), 3U);
  EXPECT_LE(cheap.quoted.size(), 4U) << "once a minute";
}

}  // namespace
}  // namespace headroom::test
