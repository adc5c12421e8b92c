#include "chain/polymarket/order_turns.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using chain::polymarket::order_turns;
using std::chrono::milliseconds;

/// Turns in virtual time: who had theirs in which order, and who was sent away meanwhile.
struct OrderTurns : testing::Test {
  order_turns::time_point now{1h};
  order_turns turns;
  std::vector<std::string> served;
  std::map<std::string, order_turns::refusal> sent_away;

  /// One window, empty already unless it takes several at once.
  void start(double per_second, double at_once, order_turns::bounds most) {
    turns = order_turns{{net::rate_limit{per_second, at_once}}, most};
    ASSERT_TRUE(turns.take(now));
  }
  static address user(std::uint8_t n) {
    address out;
    out.bytes[19] = n;
    return out;
  }
  std::optional<order_turns::refusal> join(const std::string& name, const std::string& front,
                                           std::uint8_t n, milliseconds patience = 1h) {
    return turns.join(
        {front, user(n), now + patience},
        [this, name](const std::optional<order_turns::refusal>& why) {
          if (why) {
            sent_away[name] = *why;
          } else {
            served.push_back(name);
          }
        },
        now);
  }
  /// As the venue's actor does it: woken when it is due.
  void pass(milliseconds by) {
    const auto until = now + by;
    turns.serve(now);
    for (auto wait = turns.due(now); wait && now + *wait <= until; wait = turns.due(now)) {
      now += *wait;
      turns.serve(now);
    }
    now = until;
  }
  [[nodiscard]] std::set<std::string> first(std::size_t n) const {
    return {served.begin(), served.begin() + static_cast<std::ptrdiff_t>(n)};
  }
};

TEST_F(OrderTurns, AreTakenAtOnceWhileThereIsRoom) {
  start(10, 3, {});
  EXPECT_TRUE(turns.take(now));
  EXPECT_TRUE(turns.take(now));
  EXPECT_FALSE(turns.take(now));
  EXPECT_FALSE(turns.due(now)) << "nobody waits";
  now += 101ms;
  EXPECT_TRUE(turns.take(now));
}

TEST_F(OrderTurns, RoomIsNeededInEveryWindow) {
  turns = order_turns{{net::rate_limit{100, 100}, net::rate_limit{0.5, 2}}, {}};
  EXPECT_TRUE(turns.take(now));
  EXPECT_TRUE(turns.take(now));
  EXPECT_FALSE(turns.take(now));
  const auto why = join("a", "desk", 1, 1s);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->come_back, 3s) << "two seconds for one order, and a millisecond";
}

TEST_F(OrderTurns, OneWhoFloodsHasOneTurnInARound) {
  start(10, 1, {1'000, 2'000});
  for (int i = 0; i < 1'000; ++i) ASSERT_FALSE(join("flood", "desk", 0));
  std::set<std::string> others;
  for (std::uint8_t n = 1; n <= 10; ++n) {
    const auto name = "user " + std::to_string(n);
    ASSERT_FALSE(join(name, "desk", n));
    others.insert(name);
  }
  pass(1'150ms);  // eleven turns: a round of eleven users
  ASSERT_EQ(served.size(), 11U);
  auto had = first(11);
  EXPECT_EQ(had.erase("flood"), 1U) << "once";
  EXPECT_EQ(had, others);
  pass(102s);  // each wait is a whole number of milliseconds, and one more
  EXPECT_EQ(turns.waiting(), 0U) << "and with nobody beside it, every one";
  EXPECT_EQ(served.size(), 1'010U);
}

TEST_F(OrderTurns, AFrontEndsManyUsersHaveItsTurnsAndNoMore) {
  start(10, 1, {});
  for (std::uint8_t n = 0; n < 100; ++n) ASSERT_FALSE(join("crowd", "key:a", n));
  ASSERT_FALSE(join("one", "key:b", 200));
  ASSERT_FALSE(join("another", "user:", 201));
  ASSERT_FALSE(join("one's second", "key:b", 200));
  pass(650ms);
  EXPECT_EQ(served, (std::vector<std::string>{"crowd", "one", "another", "crowd", "one's second",
                                              "crowd"}));
}

TEST_F(OrderTurns, OfOneUserGoInTheOrderTheyCame) {
  start(10, 1, {});
  for (const auto* name : {"a1", "a2", "a3"}) ASSERT_FALSE(join(name, "desk", 1));
  for (const auto* name : {"b1", "b2"}) ASSERT_FALSE(join(name, "desk", 2));
  pass(1s);
  EXPECT_EQ(served, (std::vector<std::string>{"a1", "b1", "a2", "b2", "a3"}));
}

TEST_F(OrderTurns, PlacesAreBoundedForAUserAndForAll) {
  start(10, 1, {2, 5});
  ASSERT_FALSE(join("a1", "desk", 1));
  ASSERT_FALSE(join("a2", "desk", 1));
  const auto third = join("a3", "desk", 1);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->why, errc::rate_limited) << "their own doing";
  ASSERT_FALSE(join("b1", "desk", 2));
  ASSERT_FALSE(join("c1", "desk", 3));
  ASSERT_FALSE(join("d1", "desk", 4));
  const auto sixth = join("e1", "desk", 5);
  ASSERT_TRUE(sixth);
  EXPECT_EQ(sixth->why, errc::overloaded) << "nobody's own doing";
  EXPECT_EQ(turns.waiting(), 5U);
  pass(10s);
  EXPECT_EQ(served.size(), 5U);
  EXPECT_EQ(sent_away.size(), 0U) << "who was told at once is not told again";
}

TEST_F(OrderTurns, WhoIsSentAwayIsServedWhenTheyComeBack) {
  start(2, 1, {});
  std::uint8_t n = 0;
  std::optional<order_turns::refusal> why;
  while (n < 100 && !(why = join("early", "desk", n, 3s))) ++n;
  ASSERT_TRUE(why);
  EXPECT_EQ(n, 5) << "the sixth turn is at three seconds and a millisecond";
  EXPECT_EQ(why->why, errc::overloaded);
  EXPECT_EQ(why->come_back, 4s);
  pass(why->come_back - 1'001ms);
  EXPECT_FALSE(turns.take(now)) << "a second earlier there is none";
  pass(1'001ms);
  EXPECT_TRUE(turns.take(now));
  EXPECT_EQ(served.size(), 5U) << "nobody lost theirs";
}

TEST_F(OrderTurns, WhoFillsTheirOwnPlacesIsToldTheirOwnTurn) {
  start(1, 1, {3, 100});
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(join("flood", "desk", 1));
  for (std::uint8_t n = 2; n <= 5; ++n)
    for (int i = 0; i < 2; ++i) ASSERT_FALSE(join("other", "desk", n));
  const auto why = join("flood", "desk", 1);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->come_back, 13s) << "three of theirs, two of each other's, then this one";
  const auto fresh = join("fresh", "desk", 6, 5s);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->come_back, 7s) << "one of each, then theirs";
}

TEST_F(OrderTurns, WhoIsOvertakenHearsBeforeTheirPatienceEnds) {
  start(1, 1, {});
  for (const auto* name : {"a1", "a2", "a3"}) ASSERT_FALSE(join(name, "desk", 1, 3'500ms));
  for (std::uint8_t n = 2; n <= 3; ++n) ASSERT_FALSE(join("other", "desk", n, 3'500ms));
  pass(3'100ms);
  EXPECT_EQ(served, (std::vector<std::string>{"a1", "other", "other"}));
  ASSERT_EQ(sent_away.size(), 2U);
  EXPECT_EQ(sent_away["a3"].why, errc::overloaded);
  EXPECT_EQ(sent_away["a3"].come_back, 2s) << "a second and a millisecond after the last turn";
  EXPECT_EQ(turns.waiting(), 0U);
  EXPECT_FALSE(turns.due(now));
}

TEST_F(OrderTurns, NoneAreGivenWhileTheVenueAsksToWait) {
  start(10, 10, {});
  ASSERT_TRUE(turns.take(now)) << "eight are saved up";
  turns.hold(now + 3s);
  EXPECT_FALSE(turns.take(now));
  ASSERT_TRUE(join("hasty", "desk", 1, 2s)) << "at once";
  ASSERT_FALSE(join("patient", "desk", 2, 5s));
  ASSERT_FALSE(join("next", "desk", 3, 5s));
  pass(3s);
  EXPECT_TRUE(served.empty());
  pass(110ms);
  EXPECT_EQ(served, std::vector<std::string>{"patient"}) << "what was saved up is gone";
  turns.hold(now + 2s);
  turns.serve(now);
  EXPECT_EQ(sent_away.size(), 1U) << "whose patience it outlasts hears now";
  EXPECT_EQ(sent_away["next"].come_back, 3s);
}

TEST_F(OrderTurns, NobodyOvertakesWhoWaits) {
  start(10, 1, {});
  ASSERT_FALSE(join("first", "desk", 1));
  now += 150ms;  // there is room, and the timer has not come yet
  EXPECT_FALSE(turns.take(now));
  turns.serve(now);
  EXPECT_EQ(served, std::vector<std::string>{"first"});
}

}  // namespace
}  // namespace headroom::test
