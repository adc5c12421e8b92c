#include "actors/alerts.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>
#include <thread>

#include "actors/log_limit.hpp"

namespace headroom::actors {
namespace {

using namespace std::chrono_literals;

/// A board with a clock of its own, and what it wrote.
class Alerts : public testing::Test {
 protected:
  Alerts() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "alerts", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  }
  ~Alerts() override { spdlog::set_default_logger(before); }

  [[nodiscard]] std::size_t written(const std::string& what) const {
    const auto text = log.str();
    std::size_t n = 0;
    for (auto i = text.find(what); i != std::string::npos; i = text.find(what, i + 1)) ++n;
    return n;
  }
  static timestamp at(std::int64_t seconds) { return timestamp::of_seconds(seconds); }

  std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
  std::ostringstream log;
  alert_board::time_point now{1h};
  alert_board board{[this] { return now; }};
};

TEST_F(Alerts, AStateBeginsOnceLastsAndEnds) {
  for (int i = 0; i < 1000; ++i) board.raise("wallet.no_gas", "137", "empty", at(10 + i));
  auto all = board.list();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].since, at(10));
  EXPECT_TRUE(all[0].lasts);
  EXPECT_TRUE(board.lasts("wallet.no_gas", "137"));
  EXPECT_EQ(written("alert.raised kind=wallet.no_gas subject=137"), 1u);

  board.clear("wallet.no_gas", "137", at(2000));
  board.clear("wallet.no_gas", "137", at(3000));
  all = board.list();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].cleared_at, at(2000));
  EXPECT_EQ(written("alert.cleared"), 1u);
}

TEST_F(Alerts, ASecondOutageIsSaidAgainAtOnce) {
  board.raise("wallet.no_gas", "137", "empty", at(10));
  board.clear("wallet.no_gas", "137", at(11));
  now += 1s;
  board.raise("wallet.no_gas", "137", "empty", at(12));
  EXPECT_EQ(written("alert.raised"), 2u);
  EXPECT_EQ(board.list()[0].since, at(12));
  EXPECT_EQ(board.raised()["wallet.no_gas"], 2u);
}

TEST_F(Alerts, AStateSaysWhenItWasLastSeen) {
  board.raise("a.b", "", "x", at(1));
  board.raise("a.b", "", "x", at(5));
  EXPECT_EQ(board.list()[0].since, at(1));
  EXPECT_EQ(board.list()[0].last, at(5));
  board.clear("a.b", "", at(9));
  EXPECT_EQ(board.list()[0].last, at(5));
  EXPECT_EQ(board.list()[0].cleared_at, at(9));
}

TEST_F(Alerts, WhatComesAndGoesEverySecondIsWrittenOnceAMinute) {
  for (int i = 0; i < 600; ++i, now += 1s) {
    board.raise("a.b", "", "flaps", at(i));
    board.clear("a.b", "", at(i));
  }
  EXPECT_LE(written("alert.raised"), 3u + 10u);
  EXPECT_GE(written("alert.raised"), 10u);
  EXPECT_EQ(board.raised()["a.b"], 600u);
}

TEST_F(Alerts, WhatWasNotSaidIsSaidLaterIfItLasts) {
  for (int i = 0; i < 5; ++i) {
    board.clear("a.b", "", at(i));
    board.raise("a.b", "", "x", at(i));
  }
  const auto before_the_minute = written("alert.raised");
  board.raise("a.b", "", "x", at(9));
  EXPECT_EQ(written("alert.raised"), before_the_minute);
  now += 61s;
  board.raise("a.b", "", "x", at(70));
  EXPECT_EQ(written("alert.raised"), before_the_minute + 1);
}

TEST_F(Alerts, SubjectsAreStatesOfTheirOwn) {
  board.raise("a.b", "1", "x", at(1));
  board.raise("a.b", "2", "x", at(2));
  board.raise("a.bc", "1", "x", at(3));
  board.clear("a.b", "1", at(4));
  EXPECT_FALSE(board.lasts("a.b", "1"));
  EXPECT_TRUE(board.lasts("a.b", "2"));
  board.clear_all("a.b", at(5));
  EXPECT_FALSE(board.lasts("a.b", "2"));
  EXPECT_TRUE(board.lasts("a.bc", "1"));
}

TEST_F(Alerts, TheBoardIsBounded) {
  for (int i = 0; i < 5000; ++i) {
    board.raise("a.b", std::to_string(i), "x", at(i));
    board.clear("a.b", std::to_string(i), at(i));
  }
  EXPECT_EQ(board.list().size(), alert_board::most_cleared);
  EXPECT_EQ(board.list().front().subject, "4999");
  for (int i = 0; i < 5000; ++i) board.raise("c.d", std::to_string(i), "x", at(i));
  EXPECT_EQ(board.list().size(), alert_board::most);
}

TEST_F(Alerts, ManyThreadsMayUseIt) {
  std::vector<std::thread> all;
  for (int t = 0; t < 4; ++t)
    all.emplace_back([this, t] {
      for (int i = 0; i < 2000; ++i) {
        board.raise("a.b", std::to_string((t + i) % 7), "x", at(i));
        board.clear("a.b", std::to_string(i % 7), at(i));
        (void)board.list();
      }
    });
  for (auto& t : all) t.join();
  board.clear_all("a.b", at(9));
  for (const auto& a : board.list()) EXPECT_FALSE(a.lasts);
}

TEST(LogLimit, ALineComesBackOnceAMinuteForOneCause) {
  log_limit limit;
  const log_limit::time_point start{1h};
  int lines = 0;
  for (int s = 0; s < 600; ++s) lines += limit.due("a", start + std::chrono::seconds{s}) ? 1 : 0;
  EXPECT_EQ(lines, 10);
  EXPECT_TRUE(limit.due("b", start));
}

TEST(LogLimit, CausesAreBounded) {
  log_limit limit;
  const log_limit::time_point start{1h};
  for (int i = 0; i < 5000; ++i)
    EXPECT_TRUE(limit.due(std::to_string(i), start + std::chrono::milliseconds{i}));
  EXPECT_FALSE(limit.due("4999", start + 5s));
}

}  // namespace
}  // namespace headroom::actors
