#include "console/console.hpp"

#include <gtest/gtest.h>

#include "console/following.hpp"
#include "console/service_client.hpp"
#include "tests/net/http_server.hpp"

namespace headroom::console {
namespace {

using namespace std::chrono_literals;
using chain::test::closed_port;
using chain::test::http_server;
using chain::test::peer;

constexpr const char* stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& text) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx", text.size());
  return std::string{size} + "\r\n" + text + "\r\n";
}
constexpr const char* last_chunk = "0\r\n\r\n";

/// What was printed, and the exit code.
struct outcome {
  int code = -1;
  std::string out;
  std::string err;
};

template <class Do>
outcome seen(Do&& act) {
  outcome o;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  o.code = act();
  o.out = testing::internal::GetCapturedStdout();
  o.err = testing::internal::GetCapturedStderr();
  return o;
}

outcome ran(const console_request& asked, const service_place& where) {
  return seen([&] { return run(asked, where); });
}

console_request asks(const char* command) {
  console_request out;
  out.command = command;
  return out;
}

std::string url_of(const http_server& s) { return s.url(""); }

constexpr const char* refusal =
    R"({"code":"forbidden","detail":"needs scope operate","status":403})";

TEST(Console, AsksTheRouteWithTheKeyAndItsParameters) {
  std::string sent;
  http_server server{[&](peer& p) {
    sent = p.read().value_or("");
    p.answer(R"({"bets":[],"next_cursor":null})");
  }};
  auto asked = asks("bets");
  asked.query = {{"status", "filled"}, {"cursor", "a+b"}};
  const auto o = ran(asked, {url_of(server), "hr_key"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.out, "none\n");
  EXPECT_TRUE(sent.starts_with("GET /bets?status=filled&cursor=a%2Bb HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("Authorization: Bearer hr_key\r\n"), sent.npos);
}

TEST(Console, JsonIsTheServicesOwn) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.answer(R"({"bets":[{"bet_id":"b"}],"next_cursor":null})");
  }};
  auto asked = asks("bets");
  asked.json = true;
  const auto o = ran(asked, {url_of(server), ""});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out, "{\"bets\":[{\"bet_id\":\"b\"}],\"next_cursor\":null}\n");
}

TEST(Console, ARefusalIsToldInTheServicesWords) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.answer(refusal, "403 Forbidden");
  }};
  const auto o = ran(asks("conversions"), {url_of(server), ""});
  EXPECT_EQ(o.code, was_refused);
  EXPECT_EQ(o.out, "");
  EXPECT_EQ(o.err, "headroom: refused (403 forbidden): needs scope operate\n");
}

TEST(Console, WhatIsNotThisServiceIsNoAnswer) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.answer("<html>", "502 Bad Gateway");
  }};
  EXPECT_EQ(ran(asks("bets"), {url_of(server), ""}).code, no_answer);
  const auto nobody = "http://127.0.0.1:" + std::to_string(closed_port());
  const auto o = ran(asks("bets"), {nobody, ""});
  EXPECT_EQ(o.code, no_answer);
  EXPECT_TRUE(o.err.starts_with("headroom: no answer from " + nobody + ": ")) << o.err;
}

TEST(Console, AnErrorOfTheServiceIsNoRefusal) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.answer(R"({"code":"timed_out","detail":"x"})", "503 Service Unavailable");
  }};
  EXPECT_EQ(ran(asks("bets"), {url_of(server), ""}).code, no_answer);
}

TEST(Console, OrdersNameTheActionAndTheReason) {
  std::string sent;
  http_server server{[&](peer& p) {
    sent = p.read().value_or("");
    p.answer(R"({"action":"pause_bets","reason":"r","done_by":"k","at":"t","done":null})");
  }};
  auto asked = asks("pause");
  asked.work = "bets";
  asked.reason = "r";
  const auto o = ran(asked, {url_of(server), ""});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out, "pause_bets done by k at t: r\n");
  EXPECT_TRUE(sent.starts_with("POST /operator/actions HTTP/1.1\r\n")) << sent;
  EXPECT_TRUE(sent.ends_with(R"({"action":"pause_bets","reason":"r"})")) << sent;
  auto retry = asks("retry conversion");
  retry.id = "c1";
  retry.reason = "r";
  EXPECT_EQ(ran(retry, {url_of(server), ""}).code, 0);
  EXPECT_TRUE(sent.ends_with(R"({"action":"retry_conversion","reason":"r","target":"c1"})"))
      << sent;
}

TEST(Console, AnOrderThatNobodyAnsweredMayHaveBeenCarriedOut) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.close();
  }};
  auto asked = asks("pause");
  asked.work = "bets";
  asked.reason = "r";
  const auto o = ran(asked, {url_of(server), ""});
  EXPECT_EQ(o.code, no_answer);
  EXPECT_NE(o.err.find("ordering it again does no harm"), o.err.npos) << o.err;
}

TEST(Console, AnAddressOrAKeyThatIsNoneIsWrongUsage) {
  for (const char* url : {"", "127.0.0.1:8080", "ftp://x", "http://u:p@x", "http://x/path"})
    EXPECT_EQ(ran(asks("bets"), {url, ""}).code, 2) << url;
  EXPECT_EQ(ran(asks("bets"), {"http://127.0.0.1:1", "a key\r\nX: y"}).code, 2);
}

TEST(Console, TopLooksOnceWhereNobodyWatches) {
  std::atomic<int> looks{0};
  http_server server{[&](peer& p) {
    while (p.read()) {
      ++looks;
      p.answer(R"({"total":0,"kinds":[],"actors":[]})");
    }
  }};
  EXPECT_EQ(ran(asks("top"), {url_of(server), ""}).code, 0);
  EXPECT_EQ(looks, 1);
  auto twice = asks("top");
  twice.count = 2;
  twice.every = 0s;
  EXPECT_EQ(ran(twice, {url_of(server), ""}).code, 0);
  EXPECT_EQ(looks, 3);
}

TEST(Console, StatusAsksForEachPart) {
  std::vector<std::string> asked;
  http_server server{[&](peer& p) {
    while (const auto request = p.read()) {
      asked.push_back(request->substr(4, request->find(' ', 4) - 4));
      p.answer(asked.back() == "/readyz" ? R"({"ready":true,"parts":{}})" : R"({"alerts":[]})");
    }
  }};
  const auto o = ran(asks("status"), {url_of(server), ""});
  EXPECT_EQ(o.code, was_refused) << "nobody said that it is solvent";
  EXPECT_EQ(asked, (std::vector<std::string>{"/readyz", "/buffer/status", "/audit/solvency",
                                             "/operator/alerts"}));
}

constexpr return_rules at_once{1ms, 5ms, 3};

outcome followed(std::uint32_t count, const http_server& server, bool json = false) {
  auto asked = asks("tail");
  asked.count = count;
  asked.json = json;
  asked.query = {{"topics", "alerts"}};
  return seen([&] { return follow(asked, {url_of(server), "k"}, at_once); });
}

TEST(Tail, ComesBackToWhereItWas) {
  std::vector<std::string> requests;
  std::mutex mutex;
  http_server server{[&](peer& p) {
    const auto request = p.read().value_or("");
    std::size_t nth = 0;
    {
      const std::lock_guard lock{mutex};
      requests.push_back(request);
      nth = requests.size();
    }
    p.write(stream_head);
    p.write(chunk("event: bet\nid: 4" + std::to_string(nth) + "\ndata: {\"n\":1}\n\nevent: half"));
    if (nth == 2) p.write(last_chunk);  // an end in good order, and the first was cut off
  }};
  const auto o = followed(3, server, true);
  EXPECT_EQ(o.code, went_well) << o.err;
  EXPECT_EQ(o.out, R"({"data":{"n":1},"event":"bet"})"
                   "\n"
                   R"({"data":{"n":1},"event":"bet"})"
                   "\n"
                   R"({"data":{"n":1},"event":"bet"})"
                   "\n");
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_TRUE(requests[0].starts_with("GET /events?topics=alerts HTTP/1.1\r\n")) << requests[0];
  EXPECT_EQ(requests[0].find("Last-Event-ID"), std::string::npos);
  EXPECT_NE(requests[1].find("Last-Event-ID: 41\r\n"), std::string::npos) << requests[1];
  EXPECT_NE(requests[2].find("Last-Event-ID: 42\r\n"), std::string::npos) << requests[2];
  EXPECT_NE(requests[2].find("Authorization: Bearer k\r\n"), std::string::npos);
  EXPECT_NE(o.err.find("the service ended the stream; again in"), o.err.npos) << o.err;
}

TEST(Tail, GivesUpAfterItsTries) {
  std::atomic<int> connections{0};
  http_server server{[&](peer& p) {
    (void)p.read();
    if (++connections > 1) return p.answer(R"({"code":"unavailable"})", "503 Service Unavailable");
    p.write(stream_head + chunk("event: bet\ndata: {}\n\n") + last_chunk);
  }};
  const auto o = followed(0, server);
  EXPECT_EQ(o.code, no_answer);
  EXPECT_EQ(connections, 1 + 3) << "the stream, and as many tries as the rules have";
}

TEST(Tail, DoesNotRepeatWhatIsRefused) {
  std::atomic<int> connections{0};
  http_server server{[&](peer& p) {
    (void)p.read();
    ++connections;
    p.answer(refusal, "403 Forbidden");
  }};
  const auto o = followed(0, server);
  EXPECT_EQ(o.code, was_refused);
  EXPECT_EQ(o.err, "headroom: refused (403 forbidden): needs scope operate\n");
  EXPECT_EQ(connections, 1);
}

TEST(Tail, ThatNeverReachedAnybodyEndsAtOnce) {
  auto asked = asks("tail");
  const auto nobody = "http://127.0.0.1:" + std::to_string(closed_port());
  EXPECT_EQ(seen([&] { return follow(asked, {nobody, ""}, at_once); }).code, no_answer);
}

}  // namespace
}  // namespace headroom::console
