#include "actors/alerts.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/work_switches.hpp"
#include "tests/actors/core.hpp"

/// A route that goes silent before anything was sent by it: its deposits go on by another one,
/// once, and only when the books say that nothing was.
namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::minutes;
using std::chrono::seconds;
using state = step_state;

constexpr money_source plasma{9745, address{{1}}};

struct ConversionMoves : Core {
  route_script cheap;
  route_script dear;
  route_script third;
  conversion_actor converter;

  ConversionMoves() {
    prepare(cheap, "cheap", 1);
    prepare(dear, "dear", 10);
    settings.conversion.routes = {terms("cheap"), terms("dear")};
    start_journal();
    start_query();
    start_buffer(1'000_usdc);
    cheap.otherwise = held("its service does not answer");
  }
  static void prepare(route_script& r, std::string name, std::int64_t bps) {
    r.name = std::move(name);
    r.steps = {"bridge"};
    r.from = plasma;
    r.expected_seconds = 600;
    r.otherwise.state = state::in_flight;
    r.quote = [bps](usdc amount) {
      return route_quote{{amount.micro - amount.micro * bps / 10'000}, 600};
    };
  }
  static route_terms terms(std::string name) {
    route_terms out;
    out.name = std::move(name);
    return out;
  }
  static step_progress held(std::string why) {
    step_progress out;
    out.state = state::held;
    out.detail = std::move(why);
    return out;
  }
  void deposit_of(int n, usdc amount) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(n);
    d.user = user(n);
    d.amount = amount;
    d.status = deposit_status::pending;
    d.payment.chain_id = plasma.chain_id;
    d.payment.token = plasma.token;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(n);
    books.deposits.emplace(d.id, d);
  }
  /// Two deposits of 30 and 12 on the cheap route, which is held.
  void go() {
    deposit_of(1, 30_usdc);
    deposit_of(2, 12_usdc);
    start_route(cheap);
    start_route(dear);
    converter = start_conversion();
    advance(seconds{5});
    ASSERT_EQ(on("cheap").size(), 1U);
  }
  std::vector<const conversion*> on(const std::string& name) {
    std::vector<const conversion*> out;
    for (const auto& [id, c] : books.conversions)
      if (c.route == name) out.push_back(&c);
    return out;
  }
  const conversion& first() { return *on("cheap").at(0); }
  bool lasts(const char* kind, const conversion_id& id) {
    return dir.gauges.alerts().lasts(kind, id.text());
  }
  void long_enough() { advance(settings.conversion.alert_after + seconds{30}); }
};

TEST_F(ConversionMoves, ItsDepositsGoOnByAnotherRoute) {
  go();
  advance(settings.conversion.alert_after - seconds{10});
  EXPECT_TRUE(on("dear").empty()) << "a slip of its service is over by then";
  long_enough();
  ASSERT_EQ(on("dear").size(), 1U);
  const auto& next = *on("dear")[0];
  EXPECT_EQ(next.amount, 42_usdc);
  EXPECT_EQ(next.deposits.size(), 2U);
  EXPECT_NE(next.choice.find("in place of " + first().id.text() + " on cheap"), std::string::npos)
      << next.choice;
  EXPECT_EQ(first().status, conversion_status::replaced);
  EXPECT_EQ(first().replaced_by, next.id);
  for (const auto& [id, d] : books.deposits) EXPECT_EQ(d.conversion, next.id);
  EXPECT_FALSE(lasts("conversion.held", first().id)) << "it is over";
  ASSERT_FALSE(dear.asked.empty());
  EXPECT_EQ(dear.asked[0].amount_in, 42_usdc);
  cheap.asked.clear();
  advance(minutes{5});
  EXPECT_TRUE(cheap.asked.empty()) << "nothing more is asked of the one that went silent";
  EXPECT_EQ(books.conversions.size(), 2U);
}

/// Both offer and both hold: the money goes to and fro ever more rarely, and a human hears of it.
TEST_F(ConversionMoves, RoutesThatOfferAndHoldDoNotSwapItForEver) {
  dear.otherwise = held("the token is paused");
  go();
  advance(minutes{60});
  EXPECT_GE(books.conversions.size(), 3U) << "it goes back when the other one holds, too";
  EXPECT_LE(books.conversions.size(), 8U);
  const auto running =
      std::find_if(books.conversions.begin(), books.conversions.end(),
                   [](auto& x) { return x.second.status == conversion_status::running; });
  ASSERT_NE(running, books.conversions.end());
  EXPECT_TRUE(lasts("conversion.held", running->first)) << "its trouble did not begin anew";
  cheap.otherwise.state = dear.otherwise.state = state::in_flight;
  advance(minutes{2});
  EXPECT_FALSE(lasts("conversion.held", running->first));
}

/// While others of its source are silent, too, each look takes the whole time of a choice: new
/// money must get its turn, and the conversion its own route's answer.
TEST_F(ConversionMoves, LooksLeaveRoomForNewMoneyAndForTheOwnRoute) {
  settings.conversion.routes = {terms("cheap"), terms("dear"), terms("third")};
  settings.conversion.choose_again = std::chrono::milliseconds{500};
  prepare(third, "third", 20);
  start_route(third);
  go();
  third.hushed = dear.hushed = true;
  long_enough();
  cheap.asked.clear();
  advance(minutes{2});
  EXPECT_FALSE(cheap.asked.empty()) << "between two looks it is driven where it is";
  EXPECT_TRUE(lasts("conversion.held", first().id));
}

TEST_F(ConversionMoves, APauseWhileItLooksKeepsItWhereItIs) {
  go();
  bool looked = false;
  dear.quote = [&](usdc amount) {
    looked = true;
    dir.gauges.switches().publish({pausable::conversions, true, "ann", "ticket 7", now()});
    return route_quote{amount, 600};
  };
  advance(minutes{3});
  EXPECT_TRUE(looked);
  EXPECT_TRUE(on("dear").empty());
}

TEST_F(ConversionMoves, OneThatCannotBeReadMovesLikewise) {
  cheap.otherwise.state = state::unreadable;
  go();
  long_enough();
  EXPECT_EQ(on("dear").size(), 1U);
}

TEST_F(ConversionMoves, WhatItsStepsKnowOfIsNeverLeftBehind) {
  cheap.otherwise.operations = {operation_id{{7}}};
  go();
  advance(minutes{20});
  EXPECT_TRUE(on("dear").empty());
  EXPECT_TRUE(lasts("conversion.held", first().id));
}

TEST_F(ConversionMoves, WhatTheOutboxAloneKnowsOfIsNotLeftBehindEither) {
  go();
  books.sent_for.insert(first().id);  // stored for it, and the answer is late
  advance(minutes{20});
  EXPECT_TRUE(on("dear").empty());
  EXPECT_EQ(first().status, conversion_status::running);
  cheap.asked.clear();
  advance(minutes{1});
  EXPECT_FALSE(cheap.asked.empty()) << "it is driven on";
  EXPECT_FALSE(lasts("conversion.stopped", first().id));
}

TEST_F(ConversionMoves, ALaterStepStaysOnItsRoute) {
  cheap.steps = {"bridge", "swap"};
  step_progress there;
  there.state = state::done;
  there.amount_out = 42_usdc;
  cheap.words = {there};
  go();
  advance(minutes{20});
  EXPECT_TRUE(on("dear").empty());
}

TEST_F(ConversionMoves, WhoLacksMoneyAsksForMoneyNotForAnotherRoute) {
  cheap.otherwise.short_of_money = true;
  go();
  advance(minutes{20});
  EXPECT_TRUE(on("dear").empty());
}

TEST_F(ConversionMoves, AnOperatorsHoldAndAPauseKeepItWhereItIs) {
  go();
  dir.gauges.switches().publish({pausable::conversions, true, "ann", "ticket 7", now()});
  long_enough();
  EXPECT_TRUE(on("dear").empty());
  order_conversion hold;
  hold.id = first().id;
  hold.order = {0, order_word::hold, {}, {}, "cli:ann", "ticket 7", now()};
  committed out;
  ASSERT_EQ(books.apply(hold, out), errc::none);
  dir.gauges.switches().publish({pausable::conversions, false, "ann", "ticket 7", now()});
  advance(minutes{20});
  EXPECT_TRUE(on("dear").empty());
}

TEST_F(ConversionMoves, WithoutAnotherRouteItStaysAndTheOthersAreNotAskedAllTheTime) {
  dear.quote = [](usdc) { return route_quote{{}, 10, {}, {}, {}, "closed"}; };
  go();
  long_enough();
  const auto before = std::count(dear.quoted.begin(), dear.quoted.end(), 42_usdc);
  EXPECT_GT(before, 0);
  advance(minutes{5});
  const auto after = std::count(dear.quoted.begin(), dear.quoted.end(), 42_usdc);
  EXPECT_LE(after - before, 1 + minutes{5} / settings.conversion.choose_again);
  EXPECT_EQ(first().status, conversion_status::running);
  EXPECT_TRUE(lasts("conversion.held", first().id));
  dear.quote = [](usdc amount) { return route_quote{amount, 10}; };
  long_enough();
  EXPECT_EQ(on("dear").size(), 1U) << "it is open now";
}

TEST_F(ConversionMoves, WholeOrNotAtAll) {
  dear.quote = [](usdc amount) {
    route_quote q{{amount.micro - amount.micro / 1'000}, 600};
    q.most = 30_usdc;
    return q;
  };
  go();
  advance(minutes{5});
  EXPECT_TRUE(on("dear").empty());
  EXPECT_EQ(first().deposits.size(), 2U);
}

TEST_F(ConversionMoves, ALostAnswerMovesItOnce) {
  go();
  books.faults.lost_after_commit = 1'000;
  advance(settings.conversion.alert_after + seconds{10});
  books.faults.lost_after_commit = 0;
  advance(minutes{3});
  EXPECT_EQ(on("dear").size(), 1U);
  EXPECT_EQ(books.conversions.size(), 2U);
  EXPECT_EQ(first().status, conversion_status::replaced);
}

TEST_F(ConversionMoves, ItComesBackToNoRouteThatTheBooksDoNotName) {
  go();
  long_enough();
  kill(converter);
  converter = start_conversion();
  dear.asked.clear();
  cheap.asked.clear();
  advance(minutes{2});
  EXPECT_TRUE(cheap.asked.empty());
  EXPECT_FALSE(dear.asked.empty());
}

}  // namespace
}  // namespace headroom::test
