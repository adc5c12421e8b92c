#include "http/event_stream.hpp"

#include <gtest/gtest.h>

#include "http/event_ring.hpp"
#include "http/stream_writer.hpp"

namespace headroom::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t roomy = 64 * 1024;

std::shared_ptr<event_stream> quiet_stream(std::size_t room = roomy) {
  return std::make_shared<event_stream>(room, [] {});
}

stream_event numbered(std::uint64_t id) { return {"bet", std::to_string(id), id, {}}; }

TEST(StreamEvent, HasTheFormThatBrowsersRead) {
  EXPECT_EQ(wire_text({"bet", R"({"a":1})", 7, "t"}), "event: bet\nid: 7\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(wire_text({"", "x", 0, {}}), "data: x\n\n");
  EXPECT_EQ(wire_text({"a", "", 0, {}}), "event: a\ndata: \n\n");
  EXPECT_EQ(wire_text({"a", "1\n2\r\n3\r4\n", 0, {}}),
            "event: a\ndata: 1\ndata: 2\ndata: 3\ndata: 4\ndata: \n\n");
}

TEST(EventStream, GivesOutWhatWasPushedInOrder) {
  const auto s = quiet_stream();
  EXPECT_EQ(s->take().text, "");
  EXPECT_TRUE(s->push(numbered(1)));
  EXPECT_TRUE(s->push(numbered(2)));
  EXPECT_TRUE(s->waits());
  const auto batch = s->take();
  EXPECT_EQ(batch.text, wire_text(numbered(1)) + wire_text(numbered(2)));
  EXPECT_EQ(batch.counts.sent, 2U);
  EXPECT_FALSE(batch.last);
  EXPECT_FALSE(s->waits());
}

TEST(EventStream, OfOneTopicTheNewestWins) {
  const auto s = quiet_stream();
  s->push({"price", "1", 0, "price:7"});
  s->push({"bet", "b", 0, {}});
  s->push({"price", "2", 0, "price:7"});
  s->push({"price", "9", 0, "price:8"});
  s->push({"price", "3", 0, "price:7"});
  const auto batch = s->take();
  EXPECT_EQ(batch.text,
            "event: bet\ndata: b\n\nevent: price\ndata: 9\n\n"
            "event: price\ndata: 3\n\n");
  EXPECT_EQ(batch.counts.replaced, 2U);
  EXPECT_EQ(batch.counts.dropped, 0U) << "nothing that still mattered";
}

TEST(EventStream, TheOldestMakeRoomAndTheClientIsTold) {
  const auto s = quiet_stream(1'000);
  for (std::uint64_t id = 1; id <= 100; ++id) EXPECT_TRUE(s->push(numbered(id)));
  const auto batch = s->take();
  EXPECT_GT(batch.counts.dropped, 0U);
  EXPECT_EQ(batch.counts.dropped + batch.counts.sent, 100U);
  EXPECT_LT(batch.text.size(), 1'100U);
  const auto told =
      "event: resync\ndata: {\"dropped\":" + std::to_string(batch.counts.dropped) + "}\n\n";
  EXPECT_TRUE(batch.text.starts_with(told)) << batch.text;
  EXPECT_TRUE(batch.text.ends_with(wire_text(numbered(100))));
  s->push(numbered(101));
  EXPECT_EQ(s->take().text, wire_text(numbered(101))) << "told once";
}

TEST(EventStream, OneThatIsLargerThanAllTheRoomIsDropped) {
  const auto s = quiet_stream(1'000);
  s->push({"bet", std::string(5'000, 'x'), 0, {}});
  EXPECT_TRUE(s->waits());
  EXPECT_EQ(s->take().text, "event: resync\ndata: {\"dropped\":1}\n\n");
}

TEST(EventStream, WakesOnceForAllThatComesBeforeItIsTaken) {
  int woken = 0;
  event_stream s{roomy, [&] { ++woken; }};
  for (int i = 0; i < 3; ++i) s.push(numbered(1));
  EXPECT_EQ(woken, 1);
  (void)s.take();
  s.push(numbered(2));
  EXPECT_EQ(woken, 2);
  (void)s.take();
  s.end();
  s.end();
  EXPECT_EQ(woken, 3);
}

TEST(EventStream, AfterItsEndNothingIsTaken) {
  const auto s = quiet_stream();
  s->push(numbered(1));
  s->end();
  EXPECT_FALSE(s->push(numbered(2)));
  EXPECT_TRUE(s->ended());
  const auto batch = s->take();
  EXPECT_EQ(batch.text, wire_text(numbered(1)));
  EXPECT_TRUE(batch.last);
}

TEST(EventStream, OnceClosedItNeverWakes) {
  int woken = 0;
  event_stream s{roomy, [&] { ++woken; }};
  s.push(numbered(1));
  EXPECT_EQ(s.close().dropped, 1U) << "it waited in vain";
  EXPECT_FALSE(s.push(numbered(2)));
  s.end();
  EXPECT_EQ(woken, 1);
}

/// A writer with a clock that stands still unless a test moves it.
class StreamWriter : public testing::Test {
 protected:
  std::shared_ptr<event_stream> source = quiet_stream();
  stream_writer writer{source, false, {seconds{15}, milliseconds{250}, seconds{2}}};
  stream_writer::clock::time_point now{std::chrono::hours{1}};

  /// What is written now, "" when nothing is due.
  std::string written() {
    std::string out;
    const bool due = writer.next(out, now);
    EXPECT_EQ(due, !out.empty());
    return out;
  }
};

TEST_F(StreamWriter, BeginsWithHowLongABrowserWaitsBeforeItComesBack) {
  EXPECT_EQ(written(), "retry: 2000\n\n");
  EXPECT_EQ(written(), "");
}

TEST_F(StreamWriter, SilenceIsBrokenByAComment) {
  (void)written();
  EXPECT_EQ(writer.due(), now + seconds{15});
  now += seconds{14};
  EXPECT_EQ(written(), "");
  now += seconds{1};
  EXPECT_EQ(written(), ":\n\n");
  now += seconds{10};
  source->push(numbered(1));
  EXPECT_EQ(written(), wire_text(numbered(1)));
  now += seconds{10};
  EXPECT_EQ(written(), "") << "it was not silent";
  now += seconds{5};
  EXPECT_EQ(written(), ":\n\n");
}

TEST_F(StreamWriter, WritesAtMostSoOftenAndOfATopicTheNewest) {
  (void)written();
  source->push({"price", "1", 0, "p"});
  EXPECT_EQ(written(), "event: price\ndata: 1\n\n") << "the first at once";
  for (const auto* text : {"2", "3", "4"}) source->push({"price", text, 0, "p"});
  EXPECT_EQ(written(), "");
  EXPECT_EQ(writer.due(), now + milliseconds{250});
  now += milliseconds{250};
  EXPECT_EQ(written(), "event: price\ndata: 4\n\n");
  const auto counts = writer.take_counts();
  EXPECT_EQ(counts.sent, 2U);
  EXPECT_EQ(counts.replaced, 2U);
  EXPECT_EQ(writer.take_counts().sent, 0U);
}

TEST_F(StreamWriter, TheEndWaitsForNoPace) {
  (void)written();
  source->push(numbered(1));
  (void)written();
  source->push(numbered(2));
  source->end();
  EXPECT_EQ(written(), wire_text(numbered(2)));
  EXPECT_TRUE(writer.ended());
}

TEST_F(StreamWriter, ChunksTellAWholeEndFromACut) {
  writer = {source, true, {seconds{15}, milliseconds{0}, milliseconds{5}}};
  EXPECT_EQ(written(), "a\r\nretry: 5\n\n\r\n");
  source->push({"", "x", 0, {}});
  source->end();
  EXPECT_EQ(written(), "9\r\ndata: x\n\n\r\n0\r\n\r\n");
}

/// What a client that comes back is sent.
class EventRing : public testing::Test {
 protected:
  event_ring ring{3};

  std::string caught_up(std::optional<std::string_view> last_event_id) {
    const auto s = quiet_stream();
    ring.catch_up(*s, last_event_id);
    return s->take().text;
  }
  void keep(std::initializer_list<std::uint64_t> ids) {
    for (const auto id : ids) ring.keep(numbered(id));
  }
  const std::string resync = "event: resync\ndata: {}\n\n";
};

TEST_F(EventRing, SendsWhatWasMissed) {
  keep({10, 11, 12});
  EXPECT_EQ(caught_up("10"), wire_text(numbered(11)) + wire_text(numbered(12)));
  EXPECT_EQ(caught_up("12"), "");
  EXPECT_EQ(caught_up(std::nullopt), "") << "it has just begun";
}

TEST_F(EventRing, SendsToReadAnewWhatIsForgotten) {
  keep({10, 11, 12, 13});
  EXPECT_EQ(caught_up("10"),
            wire_text(numbered(11)) + wire_text(numbered(12)) + wire_text(numbered(13)))
      << "the last it heard is forgotten, but none behind it";
  EXPECT_EQ(caught_up("9"), resync);
}

TEST_F(EventRing, AnIdOfNobodyIsAnIdThatIsForgotten) {
  EXPECT_EQ(caught_up("1"), resync) << "nothing is known yet";
  keep({10, 11});
  for (const auto* id : {"0", "8", "12", "-1", "", "x", "10x", "99999999999999999999"})
    EXPECT_EQ(caught_up(id), resync) << id;
}

}  // namespace
}  // namespace headroom::http::test
