#include "chain/polymarket/user_channel.hpp"

#include <nlohmann/json.hpp>

#include "chain/polymarket/user_channel_actor.hpp"
#include "tests/chain/polymarket/channel_house.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using namespace chain::polymarket;
using nlohmann::json;

hash256 hash_of(std::uint8_t n) {
  hash256 out;
  out.bytes[31] = n;
  return out;
}

/// As the venue words them, amounts missing.
json trade_event(std::uint8_t taker, std::initializer_list<std::uint8_t> makers,
                 const std::string& status = "MATCHED") {
  auto list = json::array();
  for (const auto m : makers)
    list.push_back({{"order_id", hash_of(m).hex()}, {"matched_amount", ""}, {"fee_rate_bps", ""}});
  return {{"event_type", "trade"},
          {"type", "TRADE"},
          {"id", "t-1"},
          {"taker_order_id", hash_of(taker).hex()},
          {"size", ""},
          {"price", ""},
          {"status", status},
          {"maker_orders", list}};
}
json order_event(std::uint8_t id, const json& status = "MATCHED") {
  return {{"event_type", "order"}, {"type", "UPDATE"}, {"id", hash_of(id).hex()},
          {"size_matched", ""},    {"price", ""},      {"status", status}};
}

// -- frames --------------------------------------------------------------------------------------

TEST(UserChannel, TheGreetingSaysWhoWeAreAndNamesNoMarket) {
  EXPECT_EQ(channel_greeting({"k", "c2VjcmV0", "p\"w"}),
            R"({"auth":{"apiKey":"k","secret":"c2VjcmV0","passphrase":"p\"w"},"type":"user"})");
}

TEST(UserChannel, ATradeSpeaksOfItsTakerAndItsMakersEachOnce) {
  const auto f = read_channel_frame(trade_event(1, {3, 2, 3, 1}).dump());
  EXPECT_EQ(f.orders, (std::vector{hash_of(1), hash_of(2), hash_of(3)}));
  EXPECT_EQ(f.events, 1U);
  EXPECT_EQ(f.unreadable, 0U);
}

TEST(UserChannel, AnOrderIsSpokenOfUnlessItMerelyRestsOrWaits) {
  for (const char* resting :
       {"LIVE", "live", "ORDER_STATUS_LIVE", "Delayed", "order_status_delayed_in the queue"}) {
    const auto f = read_channel_frame(order_event(1, resting).dump());
    EXPECT_TRUE(f.orders.empty()) << resting;
    EXPECT_EQ(f.events, 1U) << resting;
    EXPECT_EQ(f.unreadable, 0U) << resting;
  }
  const json moving[]{"MATCHED",
                      "unmatched",
                      "ORDER_STATUS_CANCELED",
                      "no such word",
                      "",
                      nullptr,
                      "CANCELED_order couldn't be fully filled. FOK orders are fully filled or "
                      "killed."};
  for (const auto& status : moving)
    EXPECT_EQ(read_channel_frame(order_event(1, status).dump()).orders, std::vector{hash_of(1)})
        << status;
}

TEST(UserChannel, AFrameMayHoldManyEventsAndWhatIsUnreadableHidesNoOther) {
  auto half = trade_event(5, {6});
  half["taker_order_id"] = "0x12";
  half["maker_orders"].push_back(7);
  const auto frame = json::array({trade_event(1, {2}), json{{"event_type", "book"}}, 17,
                                  json::array({order_event(9)}), half, order_event(3)});
  const auto f = read_channel_frame(frame.dump());
  EXPECT_EQ(f.orders, (std::vector{hash_of(1), hash_of(2), hash_of(3), hash_of(6)}));
  EXPECT_EQ(f.events, 3U);
  EXPECT_EQ(f.unreadable, 5U);
}

TEST(UserChannel, WhatIsNoEventIsCountedAndPongIsNot) {
  auto no_id = order_event(1);
  no_id.erase("id");
  const std::string frames[]{
      "",          "null", "42", "[", "{}", "PING", "pong", "\"PONG\"", R"({"event_type":"trade"})",
      no_id.dump()};
  for (const auto& text : frames) {
    const auto f = read_channel_frame(text);
    EXPECT_TRUE(f.orders.empty()) << text;
    EXPECT_EQ(f.events, 0U) << text;
    EXPECT_EQ(f.unreadable, 1U) << text;
  }
  EXPECT_EQ(read_channel_frame("PONG").unreadable, 0U);
  EXPECT_EQ(read_channel_frame("[]").unreadable, 0U);
}

// -- the socket ----------------------------------------------------------------------------------

/// A channel, and somebody who listens to it.
struct UserChannelActor : ChannelHouse {
  std::vector<actors::order_hints> heard;
  hint_listener listener = own(sys.spawn([this]() -> hint_listener::behavior_type {
    return {[this](const actors::order_hints& x) { heard.push_back(x); }};
  }));
  user_channel_actor channel = own(sys.spawn(user_channel_behavior, w, std::string{"ws://venue/ws"},
                                             sockets.opener(), listener));

  ~UserChannelActor() override { end_all(); }

  void know(const std::string& key) {
    caf::anon_send(channel, channel_key{{key, "secret", "passphrase"}});
    sched.run();
  }
  /// Time passes and the venue answers every PING.
  void advance_answered(std::chrono::seconds by, std::size_t i) {
    for (auto left = by; left.count() > 0; --left) {
      const auto pings = sockets.all.at(i)->pings();
      advance(1s);
      if (sockets.all.at(i)->pings() > pings) say(i, "PONG");
    }
  }
};

TEST_F(UserChannelActor, ConnectsWhenThereIsAKeyAndAnewWhenThereIsAnother) {
  advance(60s);
  EXPECT_EQ(sockets.asked, 0);
  know("one");
  ASSERT_EQ(sockets.all.size(), 1U);
  EXPECT_EQ(sockets.all[0]->url, "ws://venue/ws/user");
  EXPECT_TRUE(sockets.all[0]->sent.empty()) << "it is not open yet";
  EXPECT_EQ(gauge().up, 0);
  open(0);
  EXPECT_EQ(sockets.all[0]->sent, std::vector{channel_greeting({"one", "secret", "passphrase"})});
  EXPECT_EQ(gauge().up, 1);
  know("one");
  EXPECT_EQ(sockets.all.size(), 1U) << "that is known";
  know("two");
  ASSERT_EQ(sockets.all.size(), 2U);
  EXPECT_TRUE(sockets.all[0]->dropped);
  EXPECT_EQ(gauge().up, 0);
  open(1);
  EXPECT_EQ(sockets.all[1]->sent, std::vector{channel_greeting({"two", "secret", "passphrase"})});
  EXPECT_EQ(gauge().reconnects, 0U);
}

TEST_F(UserChannelActor, SaysPingEveryTenSecondsAndTakesThirtyOfSilenceForDead) {
  know("k");
  open(0);
  advance_answered(120s, 0);
  EXPECT_EQ(sockets.all[0]->pings(), 12U);
  EXPECT_FALSE(sockets.all[0]->dropped);
  say(0, "PONG");
  advance(29'900ms);
  EXPECT_FALSE(sockets.all[0]->dropped);
  EXPECT_EQ(gauge().up, 1);
  advance(200ms);
  EXPECT_TRUE(sockets.all[0]->dropped);
  EXPECT_EQ(gauge().up, 0);
  advance(1s);
  EXPECT_EQ(sockets.all.size(), 2U);
  EXPECT_EQ(gauge().reconnects, 1U);
}

TEST_F(UserChannelActor, ASocketThatNeverOpensIsGivenUp) {
  know("k");
  advance(29'900ms);
  EXPECT_FALSE(sockets.all[0]->dropped);
  advance(200ms);
  EXPECT_TRUE(sockets.all[0]->dropped);
  EXPECT_EQ(gauge().up, 0);
}

TEST_F(UserChannelActor, OneThatTakesNothingMoreIsGivenUp) {
  know("k");
  open(0);
  sockets.all[0]->full = true;
  advance(10'100ms);
  EXPECT_TRUE(sockets.all[0]->dropped);
}

/// A venue that takes the socket and closes it at once is not asked more often than one that
/// refuses it.
TEST_F(UserChannelActor, TriesAgainAfterWaitsThatGrowUntilItWasOfUse) {
  know("k");
  for (int i = 0; i < 9; ++i) {
    const auto grown = std::min(1'000ms * (1 << i), 60'000ms);
    const auto socket = sockets.all.size() - 1;
    if (i % 2 == 0) open(socket);
    close(socket);
    auto waited = 0ms;
    for (; waited < 120s && sockets.all.size() == socket + 1; waited += 10ms) advance(10ms, 10ms);
    EXPECT_GE(waited, grown / 2) << i;
    EXPECT_LE(waited, grown + 10ms) << i;
  }
  EXPECT_EQ(gauge().reconnects, 9U);
  const auto last = sockets.all.size() - 1;
  open(last);
  say(last, "PONG");
  close(last);
  advance(1'100ms);
  EXPECT_EQ(sockets.all.size(), last + 2) << "it was of use";
}

TEST_F(UserChannelActor, WhenNoSocketIsToBeHadItTriesAgainToo) {
  sockets.refuse = true;
  know("k");
  EXPECT_EQ(sockets.asked, 1);
  advance(600s);
  EXPECT_GE(sockets.asked, 14);
  EXPECT_LE(sockets.asked, 27);
  sockets.refuse = false;
  advance(61s);
  EXPECT_GE(sockets.all.size(), 1U);
}

TEST_F(UserChannelActor, TellsOfOrdersAndOfNothingElse) {
  know("k");
  open(0);
  say(0, "PONG");
  say(0, "nonsense");
  say(0, order_event(1, "LIVE").dump());
  EXPECT_TRUE(heard.empty());
  EXPECT_EQ(gauge().unreadable, 1U);
  say(0, json::array({trade_event(1, {2}), order_event(1)}).dump());
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].up);
  EXPECT_EQ(heard[0].orders, (std::vector{hash_of(1), hash_of(2)}));
  EXPECT_EQ(gauge().hints, 2U);
  EXPECT_EQ(sockets.all[0]->took, 4) << "each frame gives its place back";
}

TEST_F(UserChannelActor, SaysThatItIsLostAndHearsNothingOfAnOldSocket) {
  know("k");
  open(0);
  close(0);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_FALSE(heard[0].up);
  EXPECT_TRUE(heard[0].orders.empty());
  advance(1'100ms);
  ASSERT_EQ(sockets.all.size(), 2U);
  open(1);
  say(0, trade_event(1, {}).dump());
  close(0);
  EXPECT_EQ(heard.size(), 1U);
  EXPECT_EQ(gauge().up, 1);
  EXPECT_FALSE(sockets.all[1]->dropped);
}

TEST_F(UserChannelActor, EndsWithItsListener) {
  know("k");
  open(0);
  caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
  sched.run();
  EXPECT_TRUE(sockets.all[0]->dropped);
  EXPECT_EQ(gauge().up, 0);
  advance(600s);
  EXPECT_EQ(sockets.asked, 1);
}

}  // namespace
}  // namespace headroom::test
