#include "chain/polymarket/venue_desk.hpp"
#include "tests/chain/polymarket/venue_fixture.hpp"

/// Who has the next order when the venue takes fewer than are wanted. Nothing of an order that
/// waits is signed, stored or sent.
namespace headroom::test {
namespace {

struct VenueTurns : venue_fixture {
  VenueTurns() {
    settings.orders_per_second = 4;
    settings.order_burst = 1;
    settings.turn_share = settings.key_share = 1;
    settings.turns_of_a_user = 4;
  }

  using quote_box = std::shared_ptr<heard<order_quote>>;

  static address user(std::uint8_t n) {
    address out;
    out.bytes[19] = n;
    return out;
  }
  quote_box bet(std::uint8_t n, const std::string& by = "desk") {
    return quote(good, 500'000_micro, by, user(n));
  }
  void pass(std::chrono::milliseconds by) {
    for (auto left = by; left > 0ms; left -= 10ms) advance(10ms);
  }
  const actors::turns_gauge& shown() const { return dir.gauges.turns(); }
};

TEST_F(VenueTurns, OneWhoFloodsKeepsNobodyFromTheirs) {
  start();
  std::vector<quote_box> flood;
  for (int i = 0; i < 20; ++i) flood.push_back(bet(0));
  EXPECT_TRUE(flood[0]->value) << "there was room";
  for (std::size_t i = 1; i <= 4; ++i) EXPECT_TRUE(flood[i]->open) << i;
  for (std::size_t i = 5; i < 20; ++i) {
    EXPECT_EQ(flood[i]->code, errc::rate_limited) << i;
    EXPECT_EQ(flood[i]->retry_after, 2s) << "after the four that wait";
  }
  EXPECT_EQ(shown().waiting.load(), 4U);
  EXPECT_EQ(shown().refused.load(), 15U);
  std::vector<quote_box> others;
  for (std::uint8_t n = 1; n <= 5; ++n) others.push_back(bet(n));
  pass(1'600ms);
  for (const auto& x : others) EXPECT_TRUE(x->value) << "within a round of six";
  EXPECT_TRUE(flood[1]->value);
  EXPECT_TRUE(flood[2]->open);
  EXPECT_EQ(shown().waiting.load(), 3U);
  pass(1s);
  EXPECT_TRUE(flood[4]->value);
  EXPECT_EQ(shown().waiting.load(), 0U);
  EXPECT_EQ(there.posts(), 0U);
}

TEST_F(VenueTurns, AFrontEndWithManyUsersKeepsNoOtherFromTheirs) {
  start();
  for (std::uint8_t n = 0; n < 20; ++n) bet(n, "desk");
  const auto self_signed = bet(100, "user:0x64");
  const auto other_desk = bet(101, "other desk");
  pass(850ms);
  EXPECT_TRUE(self_signed->value);
  EXPECT_TRUE(other_desk->value);
}

TEST_F(VenueTurns, WhoseTurnIsTooFarAwayIsServedWhenTheyComeBack) {
  settings.turn_patience = 1s;
  start();
  bet(0);
  std::vector<quote_box> waiting;
  for (std::uint8_t n = 1; n <= 3; ++n) waiting.push_back(bet(n));
  const auto refused = bet(4);
  EXPECT_EQ(refused->code, errc::overloaded);
  EXPECT_EQ(refused->retry_after, 2s);
  pass(refused->retry_after);
  for (const auto& x : waiting) EXPECT_TRUE(x->value);
  EXPECT_TRUE(bet(4)->value);
}

TEST_F(VenueTurns, ATurnAfterTheDeadlineIsNone) {
  start();
  bet(0);
  const auto ask_until = [&](std::chrono::milliseconds deadline) {
    return ask<order_quote>(actors::quote_sale{uint256::of(static_cast<std::uint64_t>(good)),
                                               {20'000'000},
                                               500'000_micro,
                                               "desk",
                                               order_fill::part,
                                               user(1),
                                               w->now().plus(deadline)});
  };
  EXPECT_EQ(ask_until(200ms)->code, errc::overloaded);
  const auto later = ask_until(400ms);
  EXPECT_TRUE(later->open);
  pass(300ms);
  EXPECT_TRUE(later->value) << "a sale has its turn among the bets";
}

TEST_F(VenueTurns, StoredOrdersCancelsAndLooksDoNotWaitBehindNewOrders) {
  start();
  const auto o = order(good);
  std::vector<quote_box> waiting;
  for (std::uint8_t n = 1; n <= 4; ++n) waiting.push_back(bet(n));
  EXPECT_EQ(submit(o)->value->verdict, venue_verdict::refused_conclusive);
  EXPECT_EQ(there.posts(), 1U);
  EXPECT_TRUE(ask<bool>(actors::cancel_order{o})->value.has_value());
  EXPECT_EQ(there.by_orders["DELETE /order"], 1U);
  look(o, w->now());
  advance(50ms);
  EXPECT_GT(there.reads_of("/data/"), 0U);
  for (const auto& x : waiting) EXPECT_TRUE(x->open);
}

TEST_F(VenueTurns, AWaitThatTheVenueAsksForEmptiesWhatWasSavedUp) {
  settings.order_burst = 8;
  start();
  const auto o = order(good);
  there.on_order = [](const json&) {
    return fake_venue::refusal(429, "Too Many Requests", {{"Retry-After", "4"}});
  };
  EXPECT_EQ(submit(o)->value->verdict, venue_verdict::not_now);
  std::vector<quote_box> waiting;
  for (std::uint8_t n = 1; n <= 3; ++n) waiting.push_back(bet(n));
  pass(4'200ms);
  for (const auto& x : waiting) EXPECT_TRUE(x->open);
  pass(100ms);
  EXPECT_TRUE(waiting[0]->value);
  EXPECT_TRUE(waiting[1]->open) << "one after the other";
}

TEST_F(VenueTurns, WhomTheVenuesWaitOutlastsHearsAtOnce) {
  settings.turn_patience = 1s;
  settings.order_burst = 2;
  start();
  const auto o = order(good);
  bet(0);
  const auto waiting = bet(1);
  EXPECT_TRUE(waiting->open);
  there.on_order = [](const json&) {
    return fake_venue::refusal(429, "Too Many Requests", {{"Retry-After", "4"}});
  };
  submit(o);
  EXPECT_EQ(waiting->code, errc::overloaded);
  EXPECT_EQ(waiting->retry_after, 5s);
  EXPECT_EQ(shown().waiting.load(), 0U);
  EXPECT_EQ(bet(2)->retry_after, 5s);
}

TEST_F(VenueTurns, ATurnThatComesWhenBettingIsStoppedIsAStop) {
  start();
  const auto o = order(good);
  const auto waiting = bet(1);
  there.on_order = [](const json&) { return fake_venue::refusal(400, "'0xab' address banned"); };
  submit(o);
  pass(300ms);
  EXPECT_EQ(waiting->code, errc::unavailable);
  EXPECT_EQ(waiting->detail, actors::sentence_of(venue_stop::account));
}

TEST_F(VenueTurns, NewOrdersStayBelowWhatTheVenueTakes) {
  const chain::polymarket::venue_settings production;
  auto turns = chain::polymarket::turns_by(production);
  auto now = chain::polymarket::order_turns::time_point{1h};
  const auto end = now + 600s;
  std::size_t taken = 0;
  std::size_t in_the_first_second = 0;
  for (; now < end; now += 10ms) {
    while (turns.take(now)) ++taken;
    if (now == end - 599s) in_the_first_second = taken;
  }
  EXPECT_GT(taken, 20'000U);
  EXPECT_LT(taken, 36'000U) << "in ten minutes";
  EXPECT_LE(in_the_first_second, 60U + 40U);
  EXPECT_GE(in_the_first_second, 85U);
}

}  // namespace
}  // namespace headroom::test
