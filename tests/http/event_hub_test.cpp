#include "http/event_hub.hpp"

#include <algorithm>
#include <atomic>
#include <map>

#include "actors/alerts.hpp"
#include "http/event_feed.hpp"
#include "tests/http/house.hpp"
#include "tests/http/listener.hpp"

namespace headroom::http::test {
namespace {

using std::chrono::milliseconds;

const auto alice = *address::parse("0x" + std::string(40, 'a'));
const auto bob = *address::parse("0x" + std::string(40, 'b'));

heard_event filled(std::int64_t number, const address& user, usdc cost = 8_usdc) {
  return {number,
          event_type::bet_filled,
          "11111111-1111-1111-1111-111111111111",
          user,
          cost,
          timestamp::of_seconds(1'800'000'000),
          42_usdc};
}

std::string data_of_filled(const address& user) {
  return R"(data: {"event":"bet.filled","bet_id":"11111111-1111-1111-1111-111111111111",)"
         R"("user_address":")" +
         user.hex() + R"(","amount":"8.00","at":"2027-01-15T08:00:00.000Z"})" + "\n\n";
}

class Events : public house {
 protected:
  Events() {
    settings.public_url = "https://pay.example.com";
    settings.bet_domain.chain_ids = {9745};
    settings.stream_pace = milliseconds{0};
    says.changed_sessions = [this](std::int64_t after) {
      std::vector<signed_session> out;
      for (std::int64_t n = after + 1; n <= 2; ++n)
        out.push_back({digest_of(token_of(n == 1 ? alice : bob)),
                       {},
                       n == 1 ? alice : bob,
                       "",
                       now(),
                       now().plus(std::chrono::hours{1}),
                       {},
                       n});
      return out;
    };
    says.newest_event = [] { return std::int64_t{100}; };
    says.events_after = [this](std::int64_t after,
                               std::uint32_t limit) -> caf::result<std::vector<heard_event>> {
      const std::lock_guard lock{says.mutex};
      std::vector<heard_event> out;
      for (const auto& e : booked)
        if (e.number > after && out.size() < limit) out.push_back(e);
      return out;
    };
  }

  static std::string token_of(const address& user) {
    return "hs_" + std::string(64, user == alice ? '1' : '2');
  }
  hash256 digest_of(const std::string& token) const {  // plain_ethereum's keccak is SHA-256
    return ethereum.keccak256({reinterpret_cast<const std::uint8_t*>(token.data()), token.size()});
  }
  void book(const heard_event& e) {
    const std::lock_guard lock{says.mutex};
    booked.push_back(e);
  }
  listener listen(const address& who, const std::string& topics = "me", header_list headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + token_of(who));
    return listener{web->port(), headers, "/events?topics=" + topics};
  }
  /// Until the feed knows where the books are.
  void begin() {
    start();
    ASSERT_TRUE(eventually([&] { return get("/session", token_of(alice)).status == 200; }));
    listener ear{web->port(), bearer(token_of(bob)), "/events?topics=me"};
    book(filled(101, bob));
    ASSERT_TRUE(hears(ear, 101));  // "resync" before it, when the ear was there first
  }
  /// Whatever it hears before.
  static bool hears(listener& ear, int number) {
    const auto id = "id: " + std::to_string(number) + "\n";
    for (;;) {
      const auto text = ear.next();
      if (text.empty() || text.find(id) != std::string::npos) return !text.empty();
    }
  }

  std::vector<heard_event> booked;
};

TEST_F(Events, EachHearsOnlyTheirOwn) {
  begin();
  auto hers = listen(alice);
  auto his = listen(bob);
  book(filled(102, bob));
  book(filled(103, alice));
  EXPECT_EQ(hers.next(), "event: bet\nid: 103\n" + data_of_filled(alice));
  EXPECT_EQ(hers.next(), "event: balance\ndata: {\"user_address\":\"" + alice.hex() +
                             "\",\"balance\":\"42.00\"}\n\n");
  EXPECT_EQ(his.next(), "event: bet\nid: 102\n" + data_of_filled(bob));
}

TEST_F(Events, AKeyThatReadsHearsEverybodyOrOne) {
  begin();
  listener all{web->port(), bearer(read_key.text), "/events?topics=me"};
  listener one{web->port(), bearer(read_key.text), "/events?topics=me&user_address=" + alice.hex()};
  book(filled(102, bob));
  book(filled(103, alice));
  EXPECT_EQ(all.next(), "event: bet\nid: 102\n" + data_of_filled(bob));
  EXPECT_EQ(one.next(), "event: bet\nid: 103\n" + data_of_filled(alice));
}

TEST_F(Events, WhoComesBackHearsWhatWasMissed) {
  begin();
  book(filled(102, alice));
  book(filled(103, bob));
  book(filled(104, alice));
  listener late{web->port(), bearer(token_of(bob)), "/events?topics=me"};
  book(filled(105, bob));
  ASSERT_TRUE(hears(late, 105)) << "all of them were heard";
  auto back = listen(alice, "me", {{"Last-Event-ID", "102"}});
  EXPECT_EQ(back.next(), "event: bet\nid: 104\n" + data_of_filled(alice));
  auto known = listen(alice, "me", {{"Last-Event-ID", "100"}});
  EXPECT_EQ(known.next(), "event: bet\nid: 102\n" + data_of_filled(alice)) << "from the start on";
}

TEST_F(Events, WhatIsNotKnownAnyMoreIsReadAnew) {
  begin();
  for (const auto* id : {"99", "7", "5000", "x", ""}) {
    auto ear = listen(alice, "me", {{"Last-Event-ID", id}});
    EXPECT_EQ(ear.next(), "event: resync\ndata: {}\n\n") << id;
  }
}

TEST_F(Events, TheBufferIsToldWhenItChanges) {
  dir->gauges.publish_buffer_available(100_usdc);
  begin();
  auto ear = listen(alice, "buffer");
  dir->gauges.publish_buffer_available(50_usdc);
  const auto text = ear.next();
  EXPECT_TRUE(text.starts_with("event: buffer\ndata: {\"available\":\"")) << text;
  EXPECT_NE(text.find("\"is_low\":"), std::string::npos) << text;
}

TEST_F(Events, ABufferThatNobodyAnsweredForIsToldLater) {
  const auto away = std::make_shared<std::atomic<bool>>(true);
  says.buffer = [away]() -> caf::result<buffer_status> {
    if (*away) return make_error(errc::unavailable);
    return example_buffer();
  };
  dir->gauges.publish_buffer_available(100_usdc);
  begin();
  auto ear = listen(alice, "buffer");
  *away = false;
  EXPECT_TRUE(ear.next().starts_with("event: buffer\n")) << "without another change";
}

TEST_F(Events, PricesOfTheTokensThatWereAskedForAreTold) {
  begin();
  auto ear = listen(alice, "market:7");
  const auto text = ear.next();
  EXPECT_TRUE(
      text.starts_with("event: price\ndata: {\"token_id\":\"7\",\"ask\":\"0.51\","
                       "\"bid\":\"0.49\",\"as_of\":"))
      << text;
}

/// Quotes come from the same reads of the venue.
TEST_F(Events, PricesOfManyTokensTakeTurns) {
  using clock = std::chrono::steady_clock;
  const auto asked = std::make_shared<std::map<std::string, clock::time_point>>();  // first times
  const auto of_market = says.price;
  says.price = [this, asked, of_market](const actors::get_price& x) {
    const std::lock_guard lock{says.mutex};
    asked->emplace(x.token.decimal(), clock::now());
    return of_market(x);
  };
  begin();
  std::string topics = "me";
  for (int n = 1; n <= 50; ++n) topics += ",market:" + std::to_string(n);
  auto ear = listen(alice, topics);
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock{says.mutex};
    return asked->size() == 50;
  })) << "each in its turn";
  const std::lock_guard lock{says.mutex};
  const auto [first, last] = std::minmax_element(
      asked->begin(), asked->end(), [](auto& a, auto& b) { return a.second < b.second; });
  EXPECT_GT(last->second - first->second, std::chrono::seconds{1}) << "three seconds' share";
}

TEST_F(Events, AlertsAreToldToWhoInspectsWhenTheyBeginAndEnd) {
  begin();
  auto& board = dir->gauges.alerts();
  board.raise("wallet.no_gas", "137", "no coin", now());
  listener ear{web->port(), bearer(inspect_key.text), "/events?topics=alerts"};
  const auto raised = ear.next();
  EXPECT_TRUE(
      raised.starts_with("event: alert\ndata: {\"event\":\"alert.raised\",\"kind\":"
                         "\"wallet.no_gas\",\"subject\":\"137\",\"text\":\"no coin\","))
      << raised;
  EXPECT_NE(raised.find("\"cleared_at\":null"), std::string::npos) << raised;
  board.raise("wallet.no_gas", "137", "no coin", now());  // it lasts: no news
  board.clear("wallet.no_gas", "137", now());
  const auto cleared = ear.next();
  EXPECT_TRUE(cleared.starts_with("event: alert\ndata: {\"event\":\"alert.cleared\"")) << cleared;
  expect_problem(get("/events?topics=alerts", token_of(alice)), 403, "forbidden");
  expect_problem(get("/events?topics=alerts,buffer", read_key.text), 403, "forbidden");
  expect_problem(get("/events?topics=alerts,buffer", inspect_key.text), 403, "forbidden");
}

TEST_F(Events, StrangersAndWrongTopicsAreRefused) {
  begin();
  expect_problem(get("/events"), 401, "unauthorized");
  expect_problem(get("/events", inspect_key.text), 403, "forbidden");
  expect_problem(get("/events?topics=me&user_address=" + bob.hex(), token_of(alice)), 404,
                 "not_found");
  for (const auto* topics : {"", "you", "me,,buffer", "market:", "market:0x7", "market:x"})
    expect_problem(get("/events?topics=" + std::string{topics}, token_of(alice)), 400,
                   "invalid_field", "topics");
}

TEST_F(Events, AStreamEndsWithItsSession) {
  begin();
  auto ear = listen(alice);
  EXPECT_EQ(ask("DELETE", "/session", bearer(token_of(alice))).status, 204);
  EXPECT_EQ(ear.next(), "event: bye\ndata: {}\n\n");
  EXPECT_TRUE(ear.ended_whole());
}

TEST(EventHub, TellsNothingTwiceAndNothingBeforeItHasBegun) {
  event_hub hub{10};
  const auto stream = std::make_shared<event_stream>(64 * 1024, [] {});
  hub.join({stream, alice, {true, false, {}}}, std::nullopt);
  hub.hear({filled(5, alice)});
  EXPECT_FALSE(stream->waits());
  hub.begin(5);
  hub.hear({filled(5, alice), filled(6, alice)});
  hub.hear({filled(6, alice)});
  const auto batch = stream->take();
  EXPECT_TRUE(batch.text.starts_with("event: resync\n")) << "what was before 5 it did not hear";
  EXPECT_EQ(batch.counts.sent, 3U) << "and the bet and the balance";
  EXPECT_EQ(hub.heard(), 6);
}

/// What was committed between its first look at the page and the feed's beginning is not told.
TEST(EventHub, WhoListenedBeforeItBeganReadsEverythingAnew) {
  event_hub hub{10};
  const auto early = std::make_shared<event_stream>(64 * 1024, [] {});
  const auto prices = std::make_shared<event_stream>(64 * 1024, [] {});
  const auto late = std::make_shared<event_stream>(64 * 1024, [] {});
  hub.join({early, alice, {true, false, {}}}, std::nullopt);
  hub.join({prices, alice, {false, true, {uint256::of(7)}}}, std::nullopt);
  hub.begin(5);
  hub.begin(9);
  hub.join({late, alice, {true, false, {}}}, std::nullopt);
  EXPECT_EQ(early->take().text, "event: resync\ndata: {}\n\n");
  EXPECT_FALSE(prices->waits());
  EXPECT_FALSE(late->waits());
}

TEST(EventHub, ASlowReaderHoldsUpNobodyAndIsToldWhatItMissed) {
  event_hub hub{10};
  hub.begin(0);
  const auto slow = std::make_shared<event_stream>(2'000, [] {});
  const auto quick = std::make_shared<event_stream>(1'000'000, [] {});
  hub.join({slow, alice, {true, false, {}}}, std::nullopt);
  hub.join({quick, alice, {true, false, {}}}, std::nullopt);
  for (std::int64_t n = 1; n <= 100; ++n) hub.hear({filled(n, alice)});
  EXPECT_EQ(quick->take().counts.sent, 101U) << "the newest balance alone";
  const auto batch = slow->take();
  EXPECT_GT(batch.counts.dropped, 50U);
  EXPECT_TRUE(batch.text.starts_with("event: resync\n"));
}

TEST(EventHub, TellsWhatLastsToWhoComesLater) {
  event_hub hub{10};
  hub.tell_alert("a 1", "{}", true);
  hub.tell_alert("b 1", "{}", true);
  hub.tell_alert("b 1", "{}", false);
  const auto stream = std::make_shared<event_stream>(64 * 1024, [] {});
  hub.join({stream, std::nullopt, {false, false, {}, true}}, std::nullopt);
  EXPECT_EQ(stream->take().counts.sent, 1U);
  hub.tell_alert("a 1", "{}", false);
  EXPECT_TRUE(stream->waits());
}

TEST(EventHub, LetsGoOfStreamsThatEnded) {
  event_hub hub{10};
  hub.begin(0);
  const auto stream = std::make_shared<event_stream>(64 * 1024, [] {});
  hub.join({stream, alice, {true, true, {uint256::of(7)}}}, std::nullopt);
  EXPECT_EQ(hub.listeners(), 3U);
  EXPECT_EQ(hub.wanted_prices(), std::vector{uint256::of(7)});
  stream->close();
  EXPECT_TRUE(hub.wanted_prices().empty());
  hub.forget_ended();
  EXPECT_EQ(hub.listeners(), 0U);
}

/// The owner is in the event whatever it is; what is the house's own is nobody's.
TEST(EventHub, NamesWhatAnEventIsAbout) {
  const auto shown = [](event_type type, const std::string& subject) {
    return own_event_of({1, type, subject, alice, 5_usdc, {}, {}});
  };
  const std::string id = "11111111-1111-1111-1111-111111111111";
  EXPECT_NE(shown(event_type::deposit_credited, id)->data.find("\"deposit_id\":\"" + id),
            std::string::npos);
  EXPECT_NE(shown(event_type::position_sold, id)->data.find("\"sale_id\":\"" + id),
            std::string::npos);
  EXPECT_NE(shown(event_type::position_settled, "51")->data.find("\"token_id\":\"51\""),
            std::string::npos);
  EXPECT_NE(shown(event_type::withdrawal_confirmed, id)->data.find("\"withdrawal_id\":\"" + id),
            std::string::npos);
  EXPECT_EQ(shown(event_type::deposit_credited, id)->name, "deposit");
  EXPECT_FALSE(shown(event_type::buffer_changed, ""));
  EXPECT_FALSE(shown(event_type::conversion_opened, id));
  EXPECT_FALSE(own_event_of({1, event_type::bet_filled, id, {}, 5_usdc, {}, {}}));
}

}  // namespace
}  // namespace headroom::http::test
