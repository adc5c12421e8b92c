#include <list>
#include <map>
#include <thread>

#include "http/auth.hpp"
#include "http/event_ring.hpp"
#include "tests/http/house.hpp"
#include "tests/http/listener.hpp"

namespace headroom::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the routes of these tests opened, and what they replay.
struct stage {
  std::mutex mutex;
  std::vector<std::shared_ptr<event_stream>> streams;
  event_ring ring{10};

  void opened(const std::shared_ptr<event_stream>& s) {
    const std::lock_guard lock{mutex};
    streams.push_back(s);
  }
};

stage& here() {
  static stage only;
  return only;
}

/// A stream for anybody; with a key, its owner's.
void get_stream(exchange& x) {
  (void)presented_key(x);
  here().opened(x.open_stream());
}

void get_caught_up(exchange& x) {
  const auto last = x.asked()["Last-Event-ID"];
  const auto s = x.open_stream();
  here().ring.catch_up(*s, last.count > 0 ? std::optional{last.text} : std::nullopt);
  here().opened(s);
}

const router& with_streams() {
  static const router table = house_and(
      {{verb::get, "/stream", get_stream, route::pages}, {verb::get, "/caught-up", get_caught_up}});
  return table;
}

class Streams : public house {
 protected:
  Streams() {
    routing = &with_streams();
    settings.stream_pace = milliseconds{0};
    here().streams.clear();
    here().ring = event_ring{10};
  }
  ~Streams() override {
    web.reset();
    here().streams.clear();
  }

  /// The n-th stream that a route opened.
  static std::shared_ptr<event_stream> stream(std::size_t n = 0) {
    std::shared_ptr<event_stream> out;
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock{here().mutex};
      if (here().streams.size() > n) out = here().streams[n];
      return out != nullptr;
    }));
    return out;
  }
  std::string ended(const std::string& cause) {
    return metric("headroom_event_streams_ended_total{cause=\"" + cause + "\"}");
  }
};

TEST_F(Streams, AStreamStaysOpenAndSaysWhatItIs) {
  start();
  listener ear{web->port(), {{"Origin", "https://app.example"}, {"Request-Id", "mine"}}};
  EXPECT_EQ(ear.head().status, 200);
  EXPECT_EQ(ear.head().header("content-type"), "text/event-stream");
  EXPECT_EQ(ear.head().header("transfer-encoding"), "chunked");
  EXPECT_EQ(ear.head().header("content-length"), "");
  EXPECT_EQ(ear.head().header("cache-control"), "no-store");
  EXPECT_EQ(ear.head().header("x-accel-buffering"), "no");
  EXPECT_EQ(ear.head().header("access-control-allow-origin"), "*");
  EXPECT_EQ(ear.head().header("request-id"), "mine");
  for (const auto* text : {"1", "2"}) {
    EXPECT_TRUE(stream()->push({"buffer", text, 0, {}}));
    EXPECT_EQ(ear.next(), std::string{"event: buffer\ndata: "} + text + "\n\n");
  }
  EXPECT_EQ(metric("headroom_event_streams"), "1");
  EXPECT_EQ(metric("headroom_events_sent_total"), "2");
  EXPECT_EQ(metric("headroom_http_requests_in_flight"), "1") << "the question itself alone";
}

TEST_F(Streams, AnyThreadMayPush) {
  settings.threads = 2;
  start();
  listener ear{web->port()};
  const auto s = stream();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([s, t] {
      for (int i = 0; i < 50; ++i) s->push({"t" + std::to_string(t), std::to_string(i), 0, {}});
    });
  std::map<std::string, int> seen;  // of each thread, in its order
  for (int i = 0; i < 200; ++i) {
    const auto e = ear.next();
    const auto name = e.substr(0, e.find('\n'));
    EXPECT_EQ(e, name + "\ndata: " + std::to_string(seen[name]) + "\n\n");
    ++seen[name];
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(Streams, SilenceIsBrokenByComments) {
  settings.stream_heartbeat = milliseconds{20};
  start();
  listener ear{web->port()};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ear.next(), ":\n\n");
}

TEST_F(Streams, OfATopicTheNewestWins) {
  settings.stream_pace = seconds{30};
  start();
  listener ear{web->port()};
  stream()->push({"price", "0", 0, "p"});
  EXPECT_EQ(ear.next(), "event: price\ndata: 0\n\n");
  for (int i = 1; i <= 50; ++i) stream()->push({"price", std::to_string(i), 0, "p"});
  stream()->end();
  EXPECT_EQ(ear.next(), "event: price\ndata: 50\n\n");
  EXPECT_TRUE(ear.ended_whole());
  EXPECT_EQ(metric("headroom_events_replaced_total"), "49");
}

TEST_F(Streams, TheOldestMakeRoomAndTheClientHearsIt) {
  settings.stream_pace = seconds{30};
  settings.stream_queue = 2'000;
  start();
  listener ear{web->port()};
  stream()->push({"first", "", 0, {}});
  EXPECT_EQ(ear.next(), "event: first\ndata: \n\n");
  for (int i = 1; i <= 500; ++i) stream()->push({"n", std::to_string(i), 0, {}});
  stream()->end();
  const auto told = ear.next();
  int number = 0;
  ASSERT_EQ(std::sscanf(told.c_str(), "event: resync\ndata: {\"dropped\":%d}", &number), 1) << told;
  const auto dropped = metric("headroom_events_dropped_total");
  EXPECT_EQ(dropped, std::to_string(number));
  for (int i = number + 1; i <= 500; ++i)
    EXPECT_EQ(ear.next(), "event: n\ndata: " + std::to_string(i) + "\n\n");
  EXPECT_TRUE(ear.ended_whole());
}

TEST_F(Streams, ADrainEndsThemWholeAfterALastWord) {
  settings.stream_pace = seconds{30};
  start();
  listener ear{web->port()};
  listener other{web->port()};
  stream(0)->push({"first", "", 0, {}});
  EXPECT_EQ(ear.next(), "event: first\ndata: \n\n");
  stream(0)->push({"second", "", 0, {}});
  const auto before = std::chrono::steady_clock::now();
  web->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds{10}) << "not cut";
  EXPECT_EQ(ear.next(), "event: second\ndata: \n\n") << "what waited is still sent";
  for (auto* each : {&ear, &other}) {
    EXPECT_EQ(each->next(), "event: bye\ndata: {}\n\n");
    EXPECT_TRUE(each->ended_whole());
  }
  EXPECT_FALSE(stream(0)->push({"late", "", 0, {}}));
  web.reset();
  EXPECT_FALSE(stream(1)->push({"later", "", 0, {}})) << "a stream outlives its server";
}

TEST_F(Streams, OneThatNobodyCanPushIntoEnds) {
  start();
  listener ear{web->port()};
  stream()->push({"last", "", 0, {}});
  EXPECT_EQ(ear.next(), "event: last\ndata: \n\n");
  {
    const std::lock_guard lock{here().mutex};
    here().streams.clear();
  }
  EXPECT_TRUE(ear.ended_whole());
}

TEST_F(Streams, WhoPushesMayEndIt) {
  start();
  listener ear{web->port()};
  stream()->push({"last", "", 0, {}});
  stream()->end();
  EXPECT_EQ(ear.next(), "event: last\ndata: \n\n");
  EXPECT_TRUE(ear.ended_whole());
  EXPECT_EQ(ended("finished"), "1");
  EXPECT_EQ(metric("headroom_event_streams"), "0");
}

TEST_F(Streams, AClientThatLeavesIsNoticedInTheMiddleOfSilence) {
  start();
  std::make_unique<listener>(web->port()).reset();
  EXPECT_TRUE(eventually([&] { return stream()->ended(); }));
  EXPECT_TRUE(eventually([&] { return ended("left") == "1"; }));
  EXPECT_EQ(metric("headroom_event_streams"), "0");
}

TEST_F(Streams, AClientThatDoesNotReadIsLetGo) {
  settings.request_timeout = milliseconds{200};  // of each write
  settings.stream_queue = 1024 * 1024;
  start();
  client deaf{web->port(), 4 * 1024};
  deaf.send(request_text("GET", "/stream"));
  const stream_event much{"much", std::string(60'000, 'x'), 0, {}};
  EXPECT_TRUE(eventually([&] { return !stream()->push(much); }));
  EXPECT_TRUE(eventually([&] { return ended("slow") == "1"; }));
  EXPECT_EQ(metric("headroom_event_streams"), "0");
}

TEST_F(Streams, OneCallerMayHaveSoManyAndAllTogetherToo) {
  settings.max_streams = 3;
  settings.max_streams_per_caller = 2;
  start();
  const auto reader = bearer(read_key.text);
  auto first = std::make_unique<listener>(web->port(), reader);
  listener second{web->port(), reader};
  const auto third = ask("GET", "/stream", reader);
  expect_problem(third, 429, "rate_limited");
  EXPECT_FALSE(third.header("retry-after").empty());
  listener others{web->port(), bearer(trade_key.text)};
  EXPECT_EQ(others.head().status, 200);
  expect_problem(ask("GET", "/stream"), 503, "overloaded");
  EXPECT_EQ(get("/bets", read_key.text).status, 200) << "other requests are answered";
  first.reset();
  EXPECT_TRUE(eventually([&] {
    return listener{web->port(), reader}.head().status == 200;
  })) << "a place became free";
  EXPECT_NE(metric("headroom_event_streams_refused_total"), "0");
}

TEST_F(Streams, TheyNeverTakeAllConnections) {
  settings.max_connections = 4;
  settings.max_streams = 1'000;
  start();
  std::vector<std::unique_ptr<listener>> ears;
  for (int i = 0; i < 2; ++i) ears.push_back(std::make_unique<listener>(web->port()));
  expect_problem(ask("GET", "/stream"), 503, "overloaded");
  EXPECT_TRUE(eventually([&] { return get("/bets", read_key.text).status == 200; }));
}

TEST_F(Streams, AnOpenOneIsNotInFlight) {
  settings.max_in_flight = 1;
  start();
  listener ear{web->port()};
  EXPECT_EQ(get("/bets", read_key.text).status, 200);
}

TEST_F(Streams, ARevokedKeyEndsItsStreamsAndNoOthers) {
  start();
  listener reader{web->port(), bearer(read_key.text)};
  listener trader{web->port(), bearer(trade_key.text)};
  {
    const std::lock_guard lock{says.mutex};
    std::erase_if(says.keys, [&](const auto& k) { return k.id == read_key.record.id; });
  }
  EXPECT_EQ(reader.next(), "event: bye\ndata: {}\n\n");
  EXPECT_TRUE(reader.ended_whole());
  EXPECT_EQ(ended("revoked"), "1");
  EXPECT_TRUE(stream(1)->push({"on", "", 0, {}}));
  EXPECT_EQ(trader.next(), "event: on\ndata: \n\n");
}

TEST_F(Streams, HttpOneDotZeroHearsItWithoutChunks) {
  start();
  client c{web->port()};
  c.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto head = c.receive();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("transfer-encoding"), "");
  EXPECT_EQ(head->header("connection"), "close");
  stream()->push({"", "x", 0, {}});
  stream()->end();
  EXPECT_EQ(c.read_until("data: x\n\n"), "retry: 2000\n\ndata: x\n\n");
  EXPECT_TRUE(c.closed_by_server());
}

TEST_F(Streams, HeadSaysWhatItWouldBeAndOpensNone) {
  start();
  client c{web->port()};
  c.send(request_text("HEAD", "/stream"));
  const auto head = c.receive(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->header("content-type"), "text/event-stream");
  EXPECT_TRUE(c.closed_by_server());
  EXPECT_TRUE(stream()->ended());
  EXPECT_EQ(metric("headroom_event_streams"), "0");
}

TEST_F(Streams, NothingIsAnsweredBehindAStream) {
  start();
  listener ear{web->port()};
  ear.send(request_text("GET", "/healthz") + std::string(200'000, 'x'));
  stream()->push({"on", "", 0, {}});
  EXPECT_EQ(ear.next(), "event: on\ndata: \n\n") << "what it sends is read away";
  stream()->end();
  EXPECT_TRUE(ear.ended_whole());
}

TEST_F(Streams, NoneIsOpenedBesideADrain) {
  start();
  client waiting{web->port()};
  waiting.send("GET /stream HT");  // reading: not idle, so it may still ask
  ASSERT_TRUE(eventually([&] { return metric("headroom_http_connections") == "2"; }));
  std::thread stopper{[&] { web->stop(); }};
  EXPECT_TRUE(eventually([&] {
    try {
      return client{web->port()}.closed_by_server();
    } catch (const std::exception&) {
      return true;  // nobody listens any more
    }
  }));
  waiting.send("TP/1.1\r\nHost: x\r\n\r\n");
  const auto r = waiting.receive();
  stopper.join();
  ASSERT_TRUE(r);
  expect_problem(*r, 503, "shutting_down");
}

TEST_F(Streams, AClientThatComesBackHearsWhatItMissed) {
  for (const std::uint64_t id : {100, 101, 102}) here().ring.keep({"n", "d", id, {}});
  start();
  listener back{web->port(), {{"Last-Event-ID", "100"}}, "/caught-up"};
  EXPECT_EQ(back.next(), "event: n\nid: 101\ndata: d\n\n");
  EXPECT_EQ(back.next(), "event: n\nid: 102\ndata: d\n\n");
  listener lost{web->port(), {{"Last-Event-ID", "7"}}, "/caught-up"};
  EXPECT_EQ(lost.next(), "event: resync\ndata: {}\n\n");
  listener fresh{web->port(), {}, "/caught-up"};
  stream(2)->push({"n", "d", 103, {}});
  EXPECT_EQ(fresh.next(), "event: n\nid: 103\ndata: d\n\n");
}

TEST(StreamPlaces, OfAUserAreFewAndOfNewcomersAQuarter) {
  stream_places all{16, 8};
  std::list<stream_places::place> held;
  const auto refused_with = [&](stream_places::caller who) -> unsigned {
    try {
      held.push_back(all.take(std::move(who)));
      return 0;
    } catch (const problem& p) {
      return p.status;
    }
  };
  for (int n = 0; n < 4; ++n) EXPECT_EQ(refused_with({"user:1", true, false}), 0U);
  EXPECT_EQ(refused_with({"user:1", true, false}), 429U);
  for (int n = 0; n < 4; ++n)
    EXPECT_EQ(refused_with({"user:new" + std::to_string(n), true, true}), 0U);
  EXPECT_EQ(refused_with({"user:new4", true, true}), 503U);
  EXPECT_EQ(refused_with({"user:2", true, false}), 0U) << "those with money have the rest";
  held.erase(std::next(held.begin(), 4));
  EXPECT_EQ(refused_with({"user:new4", true, true}), 0U) << "a place was given back";
  for (int n = 0; n < 7; ++n) EXPECT_EQ(refused_with({"key:a", false, false}), 0U);
  EXPECT_EQ(refused_with({"key:b", false, false}), 503U) << "all are taken";
}

}  // namespace
}  // namespace headroom::http::test
