#include "http/trace_streams.hpp"

#include <gtest/gtest.h>

#include "http/inspector_documents.hpp"
#include "http/problem.hpp"

namespace headroom::http::test {
namespace {

using actors::flight_event;
using actors::message_taps;

/// Traces without a server: what a connection would write is taken from the stream.
struct TraceStreams : testing::Test {
  trace_streams traces;
  std::string heard;

  static flight_event event(std::uint64_t actor, const char* kind = "bet") {
    flight_event e;
    e.actor_id = actor;
    e.kind = kind;
    e.at_us = 1'800'000'000'000'000;
    e.took_us = 7;
    return e;
  }
  std::shared_ptr<event_stream> begin(const trace_streams::terms& t,
                                      const std::string& owner = "key:1") {
    auto out = std::make_shared<event_stream>(1'000'000, [] {});
    traces.begin(traces.take(owner), out, t);
    return out;
  }
  /// Takes until `done`, for at most ten seconds.
  bool hear(event_stream& from, const std::function<bool()>& done) {
    const auto late = trace_streams::clock::now() + std::chrono::seconds{10};
    while (!done() && trace_streams::clock::now() < late) {
      heard += from.take().text;
      std::this_thread::yield();
    }
    return done();
  }
  [[nodiscard]] std::size_t count(std::string_view what) const {
    std::size_t n = 0;
    for (auto at = heard.find(what); at != std::string::npos; at = heard.find(what, at + 1)) ++n;
    return n;
  }
  bool ended(event_stream& s) {
    return hear(s, [&] { return heard.find("event: end") != std::string::npos && s.ended(); });
  }
  bool all_closed() {
    auto nothing = std::make_shared<event_stream>(1'000, [] {});
    return hear(*nothing, [&] { return traces.open() == 0; }) && !message_taps::instance().any();
  }
};

TEST_F(TraceStreams, OneEndsAtItsLimit) {
  const auto stream = begin({{}, 3, std::chrono::seconds{60}});
  for (std::uint64_t n = 1; n <= 5; ++n) message_taps::instance().offer(event(n));
  ASSERT_TRUE(ended(*stream)) << heard;
  EXPECT_EQ(count("event: message\n"), 3U);
  EXPECT_NE(heard.find(R"({"reason":"limit","sent":3,"dropped":0})"), std::string::npos) << heard;
  EXPECT_NE(heard.find(R"("kind":"bet")"), std::string::npos);
  EXPECT_TRUE(all_closed());
}

TEST_F(TraceStreams, OneEndsWithItsTime) {
  const auto stream = begin({{}, 100, std::chrono::seconds{0}});
  ASSERT_TRUE(ended(*stream)) << heard;
  EXPECT_NE(heard.find(R"("reason":"seconds")"), std::string::npos) << heard;
  EXPECT_TRUE(all_closed());
}

TEST_F(TraceStreams, OneEndsWhenNobodyListens) {
  const auto stream = begin({{}, 100, std::chrono::seconds{300}});
  (void)stream->close();
  EXPECT_TRUE(all_closed());
  EXPECT_NO_THROW((void)traces.take("key:1")) << "the place was given back";
}

TEST_F(TraceStreams, ACallerHasOne) {
  const auto stream = begin({{}, 100, std::chrono::seconds{300}});
  try {
    (void)traces.take("key:1");
    FAIL() << "a second one";
  } catch (const problem& p) {
    EXPECT_EQ(p.status, 429U);
    EXPECT_EQ(p.code, "rate_limited");
  }
  EXPECT_NO_THROW((void)traces.take("key:2"));
}

TEST_F(TraceStreams, WhatIsLostIsCountedAndTold) {
  const auto stream = begin({{}, 6'000, std::chrono::seconds{60}});
  for (std::uint64_t n = 0; n < 6'000; ++n) message_taps::instance().offer(event(n));
  ASSERT_TRUE(ended(*stream));
  const auto at = heard.rfind("data: ");
  const auto last = json::parse(heard.substr(at + 6));
  EXPECT_EQ(last["reason"], "limit");
  EXPECT_EQ(last["sent"].get<int>() + last["dropped"].get<int>(), 6'000);
  EXPECT_EQ(count("event: message\n"), last["sent"].get<std::size_t>());
  EXPECT_EQ(count("event: dropped\n") > 0, last["dropped"].get<int>() > 0);
}

TEST_F(TraceStreams, AServerThatEndsEndsThem) {
  std::shared_ptr<event_stream> stream;
  {
    trace_streams passing;
    stream = std::make_shared<event_stream>(1'000, [] {});
    passing.begin(passing.take("key:1"), stream, {{}, 100, std::chrono::seconds{300}});
  }
  EXPECT_TRUE(stream->ended());
  EXPECT_FALSE(message_taps::instance().any());
}

TEST(RefusalLog, KeepsTheNewestAndCountsAll) {
  refusal_log log;
  for (std::size_t n = 0; n < refusal_log::kept + 10; ++n)
    log.note({timestamp::of_seconds(static_cast<std::int64_t>(n)), "GET", "/bets", 400,
              "invalid_field", "field", "key:a"});
  log.note({timestamp::of_seconds(1'000), "POST", "", 404, "not_found", "", ""});
  EXPECT_EQ(log.last().size(), refusal_log::kept);
  EXPECT_EQ(log.last()[0].code, "not_found");
  const auto counts = log.counts();
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].refused, refusal_log::kept + 10);
  EXPECT_EQ(refusals_document(log)["last"][0]["route"], nullptr);
}

TEST(ActorCursor, IsGoodForItsOwnOrderOnly) {
  const actors::actor_place at{17, 4};
  const auto text = cursor_text(actors::actor_sort::busy, at);
  const auto read = read_actor_cursor(actors::actor_sort::busy, text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->figure, 17U);
  EXPECT_EQ(read->id, 4U);
  EXPECT_FALSE(read_actor_cursor(actors::actor_sort::rate, text));
  for (const auto* bad : {"", "busy", "busy.1", "busy.1.", "busy..1", "busy.1.2.3", "busy.-1.2"})
    EXPECT_FALSE(read_actor_cursor(actors::actor_sort::busy, bad)) << bad;
}

}  // namespace
}  // namespace headroom::http::test
