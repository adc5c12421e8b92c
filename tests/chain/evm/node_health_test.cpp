#include "chain/evm/node_health.hpp"

#include <gtest/gtest.h>

#include "chain/evm/rpc_refusals.hpp"
#include "net/retry_after.hpp"

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;
using order = std::vector<std::uint32_t>;

struct NodeHealth : testing::Test {
  node_health::time_point now{1h};
  node_health nodes{3, {}};

  using head = node_health::head;
  void compare(std::optional<head> a, std::optional<head> b, std::optional<head> c) {
    nodes.compare(std::vector{a, b, c});
  }
};

TEST_F(NodeHealth, AreTriedAsListedThoseThatFailedLast) {
  EXPECT_EQ(nodes.order(now), (order{0, 1, 2}));
  nodes.failed(0, false, now);
  EXPECT_EQ(nodes.order(now), (order{1, 2, 0}));
  nodes.failed(1, true, now);
  EXPECT_EQ(nodes.order(now + 4s), (order{0, 2, 1}));
  EXPECT_EQ(nodes.order(now + 31s), (order{0, 1, 2}));
}

TEST_F(NodeHealth, ANodeThatDoesNothingButFailForAMinuteIsDownUntilItWorks) {
  nodes.failed(0, true, now);
  EXPECT_FALSE(nodes.is_down(0, now + 59s));
  nodes.failed(0, false, now + 30s);
  EXPECT_TRUE(nodes.is_down(0, now + 60s)) << "since the first failure";
  EXPECT_FALSE(nodes.is_down(1, now + 60s));
  nodes.worked(0);
  EXPECT_FALSE(nodes.is_down(0, now + 2h));
  nodes.foreign(2, now);
  EXPECT_TRUE(nodes.is_down(2, now + 60s)) << "a node of another chain is none";
}

TEST_F(NodeHealth, AHeadTenBlocksBehindTheBestIsAskedAfterTheOthers) {
  compare(head{100, 1'000}, head{110, 1'010}, head{110, 1'010});
  EXPECT_EQ(nodes.order(now), (order{0, 1, 2})) << "ten is no lag yet";
  compare(head{100, 1'000}, head{111, 1'011}, head{105, 1'005});
  EXPECT_EQ(nodes.order(now), (order{1, 2, 0}));
  compare(head{112, 1'012}, head{112, 1'012}, std::nullopt);
  EXPECT_EQ(nodes.order(now), (order{0, 1, 2}));
}

TEST_F(NodeHealth, AHeadHalfAMinuteOlderThanTheBestLagsWhateverItsNumber) {
  compare(head{100, 1'000}, head{103, 1'031}, std::nullopt);
  EXPECT_TRUE(nodes.lags(0));
  EXPECT_FALSE(nodes.lags(1));
}

TEST_F(NodeHealth, NodesThatAllStandStillAreAllTheSame) {
  compare(head{100, 1'000}, head{100, 1'000}, head{99, 999});
  EXPECT_EQ(nodes.order(now), (order{0, 1, 2}));
}

TEST_F(NodeHealth, ANodeThatAskedForARestIsNotAskedBeforeItIsOver) {
  nodes.limited(0, 10s, now);
  EXPECT_EQ(nodes.order(now), (order{1, 2}));
  EXPECT_FALSE(nodes.may_ask(0, now + 9s));
  EXPECT_EQ(nodes.order(now + 10s), (order{0, 1, 2}));
  nodes.limited(0, 1h, now);
  EXPECT_TRUE(nodes.may_ask(0, now + 30s)) << "no longer than our own limit";
}

TEST_F(NodeHealth, WithoutATimeTheRestDoublesAndASuccessEndsThat) {
  for (const auto rest : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    nodes.limited(1, std::nullopt, now);
    EXPECT_FALSE(nodes.may_ask(1, now + rest - 1ms)) << rest.count();
    EXPECT_TRUE(nodes.may_ask(1, now + rest)) << rest.count();
    now += rest;
  }
  nodes.worked(1);
  nodes.limited(1, std::nullopt, now);
  EXPECT_TRUE(nodes.may_ask(1, now + 1s));
}

TEST_F(NodeHealth, AnotherChainsNodeIsLeftOutAndAskedAgainLater) {
  nodes.foreign(1, now);
  EXPECT_EQ(nodes.order(now + 59s), (order{0, 2}));
  EXPECT_TRUE(nodes.may_ask(1, now + 60s));
  EXPECT_TRUE(nodes.needs_identity(1, now + 60s));
}

TEST_F(NodeHealth, ItsChainIsAskedAtFirstAfterAFailureAndWhenItTakesOver) {
  EXPECT_TRUE(nodes.needs_identity(0, now));
  nodes.identified(0, now);
  nodes.identified(1, now);
  nodes.worked(0);
  EXPECT_FALSE(nodes.needs_identity(0, now + 24h)) << "in use all the time";
  EXPECT_FALSE(nodes.needs_identity(1, now + 59s));
  EXPECT_TRUE(nodes.needs_identity(1, now + 61s));
  nodes.failed(0, false, now);
  EXPECT_TRUE(nodes.needs_identity(0, now));
}

TEST(Refusals, LimitsAreKnownByCodeOrWords) {
  for (const auto code : {-32005, -32007, -32011, -32016, -32029, -32090, 429})
    EXPECT_TRUE(is_limit({code, "", {}})) << code;
  for (const auto* words :
       {"rate limit exceeded", "Too Many Requests", "50/second request limit reached",
        "App is inactive", "daily request limit exceeded"})
    EXPECT_TRUE(is_limit({-32000, words, {}})) << words;
  for (const auto* words :
       {"nonce too low", "execution reverted", "exceeds block gas limit", "intrinsic gas too low",
        "transaction underpriced", "execution reverted: rate limit exceeded",
        "tx fee (1.2 ether) exceeds the configured cap (1.00 ether)"})
    EXPECT_FALSE(is_limit({-32000, words, {}})) << words;
  EXPECT_FALSE(is_limit({3, "too many requests", {}})) << "a stranger's contract says so";
}

TEST(Refusals, TooLargeARangeIsKnownInEveryProvidersWords) {
  const std::pair<int, const char*> cases[]{
      {-32602, "range 2000 exceeds limit of 1000"},
      {-32000, "exceed maximum block range: 5000"},
      {-32005, "query returned more than 10000 results"},
      {-32600, "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block"},
      {-32614, "eth_getLogs is limited to a 10,000 range"},
      {413, "HTTP 413"},
  };
  for (const auto& [code, words] : cases) EXPECT_TRUE(is_range_refusal({code, words, {}})) << words;
  EXPECT_FALSE(is_range_refusal({-32000, "header not found", {}}));
  EXPECT_FALSE(is_range_refusal({4444, "pruned history unavailable", {}}));
}

TEST(Refusals, AWaitInTheSentenceIsRead) {
  EXPECT_EQ(wait_in_words("Too many requests, reason: call rate limit exhausted, retry in 10s"),
            10s);
  for (const auto* none : {"", "retry in ", "retry in 10", "retry in 10m", "retry later"})
    EXPECT_FALSE(wait_in_words(none)) << none;
}

TEST(RetryAfter, SecondsAndDates) {
  constexpr std::int64_t at = 1'795'928'400;  // Sun, 29 Nov 2026 05:00:00 GMT
  EXPECT_EQ(net::read_retry_after("120", at), 120s);
  EXPECT_EQ(net::read_retry_after(" 0 ", at), 0s);
  EXPECT_EQ(net::read_retry_after("Sun, 29 Nov 2026 05:00:30 GMT", at), 30s);
  EXPECT_EQ(net::read_retry_after("Sun, 29 Nov 2026 04:00:00 GMT", at), 0s) << "past";
  for (const auto* bad : {"", "-1", "1.5", "soon", "Sun, 29 Nov 2026 05:00:30 CET",
                          "Sun, 31 Feb 2026 05:00:30 GMT", "Sun, 29 Foo 2026 05:00:30 GMT"})
    EXPECT_FALSE(net::read_retry_after(bad, at)) << bad;
}

}  // namespace
}  // namespace headroom::chain
