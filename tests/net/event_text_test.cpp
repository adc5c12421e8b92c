#include "net/event_text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::net {
namespace {

using heard = std::vector<std::pair<std::string, std::string>>;

/// All of it at once, or in pieces of `piece` bytes.
heard read(event_text& text, std::string_view bytes, std::size_t piece = 1'000) {
  heard out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    EXPECT_EQ(text.feed(bytes.substr(0, piece),
                        [&](const server_event& e) {
                          out.emplace_back(e.name, e.data);
                          return true;
                        }),
              event_text::outcome::more);
  return out;
}

heard read(std::string_view bytes, std::size_t piece = 1'000) {
  event_text text{10'000};
  return read(text, bytes, piece);
}

TEST(EventText, ReadsNamesAndData) {
  EXPECT_EQ(read("event: bet\nid: 7\ndata: {\"a\":1}\n\ndata:x\n\n"),
            (heard{{"bet", "{\"a\":1}"}, {"message", "x"}}));
}

TEST(EventText, ReadsTheSameHoweverItIsCutAndWhateverEndsALine) {
  const heard expected{{"a", "one\ntwo"}, {"b", ""}, {"message", " x"}};
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    std::string bytes;
    for (const char* line : {"event: a", "data: one", ": a comment", "data: two", "", "event: b",
                             "data", "", "nothing: known", "data:  x", "", ""})
      bytes += line + end;
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
      EXPECT_EQ(read(bytes, piece), expected) << piece << " bytes at once";
  }
}

TEST(EventText, AnEventWithoutDataIsNone) {
  EXPECT_EQ(read("event: a\n\nevent: b\ndata: 1\n\n"), (heard{{"b", "1"}}));
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "data: 1\n\n"),
            (heard{{"message", "1"}}))
      << "a byte order mark";
  EXPECT_EQ(read("data: never ended\n"), heard{});
}

TEST(EventText, KeepsTheLastIdAndTheWait) {
  event_text text{10'000};
  EXPECT_EQ(text.last_id(), "");
  EXPECT_FALSE(text.retry());
  (void)read(text, "id: 41\ndata: x\n\nretry: 2000\ndata: y\n\n");
  EXPECT_EQ(text.last_id(), "41");
  EXPECT_EQ(text.retry(), std::chrono::milliseconds{2000});
  for (const char* odd : {"retry: -1\n", "retry: 1x\n", "retry:\n", "retry: 99999999\n"})
    (void)read(text, odd);
  EXPECT_EQ(text.retry(), std::chrono::milliseconds{2000});
}

TEST(EventText, WhatWasBegunOnAnotherConnectionIsNotCompleted) {
  event_text text{10'000};
  (void)read(text, "id: 5\nevent: a\ndata: half\nda");
  text.begin_again();
  EXPECT_EQ(read(text, "ta: 1\n\ndata: 2\n\n"), (heard{{"message", "2"}}));
  EXPECT_EQ(text.last_id(), "5");
}

TEST(EventText, IsBounded) {
  event_text text{100};
  const auto nobody = [](const server_event&) { return true; };
  EXPECT_EQ(text.feed(std::string(101, 'x'), nobody), event_text::outcome::too_large);
  event_text lines{100};
  std::string many;
  for (int i = 0; i < 30; ++i) many += "data: abc\n";
  EXPECT_EQ(lines.feed(many, nobody), event_text::outcome::too_large);
}

TEST(EventText, StopsWhenItHasBeenEnough) {
  event_text text{100};
  int told = 0;
  const auto once = [&](const server_event&) { return ++told < 1; };
  EXPECT_EQ(text.feed("data: 1\n\ndata: 2\n\n", once), event_text::outcome::enough);
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace headroom::net
