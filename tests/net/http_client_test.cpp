#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <future>

#include "net/lease.hpp"
#include "net/url.hpp"
#include "tests/net/http_server.hpp"

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;
using test::http_server;
using test::peer;

std::future<net::http_result> start(net::http_client& client, net::http_request request,
                                    std::chrono::milliseconds timeout = 5s) {
  auto promise = std::make_shared<std::promise<net::http_result>>();
  auto out = promise->get_future();
  client.request(std::move(request), timeout,
                 [promise](net::http_result r) { promise->set_value(std::move(r)); });
  return out;
}

net::http_result ask(net::http_client& client, net::http_request request,
                     std::chrono::milliseconds timeout = 5s) {
  return start(client, std::move(request), timeout).get();
}

/// Answers every request of a connection with its body, or "empty".
void echo(peer& p) {
  while (const auto request = p.read()) {
    const auto body = request->substr(request->find("\r\n\r\n") + 4);
    p.answer(body.empty() ? "empty" : body);
  }
}

TEST(HttpClient, SendsAndReads) {
  std::string seen;
  http_server server{[&](peer& p) {
    seen = p.read().value_or("");
    p.answer("hi", "201 Created", "X-Answer: 42\r\n");
  }};
  net::http_client client;
  const auto r = ask(client, {"POST", server.url("/a?b=c"), {{"POLY_API_KEY", "k"}}, "payload"});
  EXPECT_EQ(r.outcome, net::http_outcome::answered);
  EXPECT_EQ(r.status, 201U);
  EXPECT_EQ(r.body, "hi");
  EXPECT_EQ(r.header("x-answer"), "42");
  EXPECT_EQ(r.header("x-none"), "");
  EXPECT_TRUE(seen.starts_with("POST /a?b=c HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("POLY_API_KEY: k\r\n"), std::string::npos);
  EXPECT_NE(seen.find("Host: 127.0.0.1:" + std::to_string(server.port())), std::string::npos);
  EXPECT_TRUE(seen.ends_with("payload"));
}

TEST(HttpClient, WhoseLeaseIsOverSendsNothingThatCanBeFelt) {
  int came = 0;
  http_server server{[&](peer& p) {
    while (p.read()) {
      ++came;
      p.answer("hi");
    }
  }};
  net::http_client client;
  auto& lease = net::lease::of_process();
  lease.limit();
  const auto posted = ask(client, {"POST", server.url("/order"), {}, "buy"});
  const auto read = ask(client, {"GET", server.url("/order"), {}, ""});
  lease.lift();
  EXPECT_EQ(posted.outcome, net::http_outcome::refused_before_send);
  EXPECT_EQ(posted.failure, net::http_failure::ours);
  EXPECT_EQ(read.outcome, net::http_outcome::answered);
  EXPECT_EQ(ask(client, {"POST", server.url("/order"), {}, "buy"}).status, 200U);
  EXPECT_EQ(came, 2);
}

TEST(HttpClient, KeepsConnections) {
  http_server server{echo};
  net::http_client client;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ask(client, {"POST", server.url(), {}, std::to_string(i)}).body, std::to_string(i));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, RunsManyRequestsAtOnce) {
  http_server server{echo};
  net::http_client client;
  std::vector<std::future<net::http_result>> waiting;
  for (int i = 0; i < 40; ++i)
    waiting.push_back(start(client, {"POST", server.url(), {}, "n" + std::to_string(i)}));
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(waiting[static_cast<std::size_t>(i)].get().body, "n" + std::to_string(i));
}

TEST(HttpClient, ReadsChunksAndBodiesThatEndWithTheConnection) {
  http_server server{[](peer& p) {
    const auto request = p.read().value_or("");
    if (request.starts_with("GET /chunked")) {
      p.write(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    } else {
      p.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end");
      p.close();
    }
  }};
  net::http_client client;
  EXPECT_EQ(ask(client, {"GET", server.url("/chunked"), {}, {}}).body, "abcde");
  EXPECT_EQ(ask(client, {"GET", server.url("/close"), {}, {}}).body, "to the end");
}

TEST(HttpClient, NothingWasSentWhenNobodyListens) {
  net::http_client client;
  const auto url = "http://127.0.0.1:" + std::to_string(test::closed_port());
  const auto r = ask(client, {"POST", url, {}, "x"});
  EXPECT_EQ(r.outcome, net::http_outcome::refused_before_send);
  EXPECT_FALSE(r.error.empty());
}

TEST(HttpClient, BadRequestsNeverLeave) {
  http_server server{echo};
  net::http_client client;
  const auto refused = [&](net::http_request request) {
    const auto r = ask(client, std::move(request));
    return r.outcome == net::http_outcome::refused_before_send && r.error == "bad request";
  };
  EXPECT_TRUE(refused({"GET", "ftp://127.0.0.1/", {}, {}}));
  EXPECT_TRUE(refused({"GET", "", {}, {}}));
  EXPECT_TRUE(refused({"GET", server.url("/a b"), {}, {}}));
  EXPECT_TRUE(refused({"GET", server.url("/a\r\nX: y"), {}, {}}));
  EXPECT_TRUE(refused({"NO VERB", server.url(), {}, {}}));
  EXPECT_TRUE(refused({"GET", server.url(), {{"X", "a\r\nY: b"}}, {}}));
  EXPECT_TRUE(refused({"GET", server.url(), {{"X: y", "a"}}, {}}));
  EXPECT_TRUE(refused({"GET", server.url(), {{"", "a"}}, {}}));
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, ASlowServerMayHaveGotIt) {
  http_server server{[](peer& p) { p.wait_for_close(); }};
  net::http_client client;
  const auto r = ask(client, {"POST", server.url(), {}, "x"}, 100ms);
  EXPECT_EQ(r.outcome, net::http_outcome::maybe_sent);
  EXPECT_EQ(r.error, "timeout");
}

TEST(HttpClient, ADroppedOrUnreadableAnswerMayHaveBeenActedOn) {
  const std::vector<std::string> answers{
      "",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
      "garbage\r\n\r\n",
      "HTTP/1.1 abc OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
  for (const auto& text : answers) {
    http_server server{[&](peer& p) {
      (void)p.read();
      p.write(text);
      p.close();
    }};
    net::http_client client;
    EXPECT_EQ(ask(client, {"POST", server.url(), {}, "x"}).outcome, net::http_outcome::maybe_sent)
        << text;
    EXPECT_EQ(server.connections(), 1) << text;
  }
}

TEST(HttpClient, BodiesAreBounded) {
  http_server server{[](peer& p) {
    while (const auto request = p.read())
      p.answer(std::string(request->starts_with("GET /big") ? 1001 : 1000, 'x'));
  }};
  net::http_client client{{.max_body = 1000}};
  EXPECT_EQ(ask(client, {"GET", server.url("/fits"), {}, {}}).body.size(), 1000U);
  EXPECT_EQ(ask(client, {"GET", server.url("/big"), {}, {}}).outcome,
            net::http_outcome::maybe_sent);
}

TEST(HttpClient, AConnectionClosedWhileIdleIsNotUsedAgain) {
  std::atomic<int> closed{0};
  http_server server{[&](peer& p) {
    (void)p.read();
    p.answer("once");
    p.close();
    ++closed;
  }};
  net::http_client client;
  for (int i = 0; i < 5; ++i) {
    const auto r = ask(client, {"POST", server.url(), {}, "x"});
    EXPECT_EQ(r.outcome, net::http_outcome::answered) << r.error;
    const auto bound = std::chrono::steady_clock::now() + 5s;
    while (closed <= i && std::chrono::steady_clock::now() < bound) std::this_thread::yield();
    ASSERT_EQ(closed, i + 1);
  }
  EXPECT_EQ(server.connections(), 5);
}

/// Answers the first request of each connection and drops the connection at the second one.
void drop_second(peer& p) {
  (void)p.read();
  p.answer("first");
  (void)p.read();
  p.close();
}

TEST(HttpClient, AGetOnADeadKeptConnectionIsRepeatedOnce) {
  http_server server{drop_second};
  net::http_client client;
  EXPECT_EQ(ask(client, {"GET", server.url(), {}, {}}).body, "first");
  const auto again = ask(client, {"GET", server.url(), {}, {}});
  EXPECT_EQ(again.outcome, net::http_outcome::answered) << again.error;
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, APostOnADeadKeptConnectionIsNeverRepeated) {
  http_server server{drop_second};
  net::http_client client;
  EXPECT_EQ(ask(client, {"POST", server.url(), {}, "x"}).body, "first");
  EXPECT_EQ(ask(client, {"POST", server.url(), {}, "x"}).outcome, net::http_outcome::maybe_sent);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, OldAndSurplusConnectionsAreDropped) {
  http_server server{echo};
  net::http_client client{{.max_idle_age = 0ms}};
  for (int i = 0; i < 3; ++i) {
    (void)ask(client, {"GET", server.url(), {}, {}});
  }
  EXPECT_EQ(server.connections(), 3);

  net::http_client narrow{{.max_idle_per_host = 1}};
  std::vector<std::future<net::http_result>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(start(narrow, {"GET", server.url(), {}, {}}));
  for (auto& w : waiting) EXPECT_EQ(w.get().outcome, net::http_outcome::answered);
}

TEST(HttpClient, MoreThanItsBoundIsRefusedAtOnce) {
  http_server server{[](peer& p) { p.wait_for_close(); }};
  net::http_client client{{.max_in_flight = 2}};
  auto one = start(client, {"GET", server.url(), {}, {}}, 10s);
  auto two = start(client, {"GET", server.url(), {}, {}}, 10s);
  const auto three = ask(client, {"GET", server.url(), {}, {}});
  EXPECT_EQ(three.outcome, net::http_outcome::refused_before_send);
  EXPECT_EQ(three.error, "overloaded");
  client.stop();
  EXPECT_EQ(one.get().error, "stopped");
  EXPECT_EQ(two.get().error, "stopped");
}

TEST(HttpClient, StopAnswersEveryoneExactlyOnce) {
  http_server server{[](peer& p) { p.wait_for_close(); }};
  std::atomic<int> calls{0};
  {
    net::http_client client;
    for (int i = 0; i < 50; ++i)
      client.request({"POST", server.url(), {}, "x"}, 10s, [&](net::http_result r) {
        EXPECT_EQ(r.error, "stopped");
        ++calls;
      });
    const auto bound = std::chrono::steady_clock::now() + 5s;  // some are under way, not all queued
    while (server.connections() == 0 && std::chrono::steady_clock::now() < bound)
      std::this_thread::yield();
    EXPECT_GT(server.connections(), 0);
  }
  EXPECT_EQ(calls, 50);
  net::http_client client;
  client.stop();
  client.stop();
  const auto late = ask(client, {"GET", server.url(), {}, {}});
  EXPECT_EQ(late.outcome, net::http_outcome::refused_before_send);
  EXPECT_EQ(late.error, "stopped");
}

TEST(HttpClient, RequestsMayBeMadeFromACallback) {
  http_server server{echo};
  net::http_client client;
  std::promise<std::string> second;
  client.request({"POST", server.url(), {}, "1"}, 5s, [&](net::http_result) {
    client.request({"POST", server.url(), {}, "2"}, 5s,
                   [&](net::http_result r) { second.set_value(r.body); });
  });
  EXPECT_EQ(second.get_future().get(), "2");
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, MayBeDestroyedByItsOwnLastCallback) {
  http_server server{echo};
  for (int i = 0; i < 20; ++i) {
    std::promise<void> gone;
    auto client = std::make_shared<net::http_client>();
    auto* raw = client.get();
    raw->request({"GET", server.url(), {}, {}}, 5s,
                 [owner = std::move(client), &gone](net::http_result) mutable {
                   owner.reset();
                   gone.set_value();
                 });
    gone.get_future().wait();
  }
}

TEST(HttpClient, ATlsServerWithoutACertificateGetsNothing) {
  http_server server{[](peer& p) { p.answer("plain text, not TLS"); }};
  net::http_client client;
  const auto r =
      ask(client, {"POST", "https://127.0.0.1:" + std::to_string(server.port()), {}, "secret"});
  EXPECT_EQ(r.outcome, net::http_outcome::refused_before_send);
}

TEST(Url, IsCutIntoItsParts) {
  const auto u = net::url::parse("https://clob.example.com/data/order?x=1").value();
  EXPECT_TRUE(u.tls);
  EXPECT_EQ(u.host, "clob.example.com");
  EXPECT_EQ(u.port, "443");
  EXPECT_EQ(u.target, "/data/order?x=1");
  EXPECT_EQ(u.authority, "clob.example.com");
  EXPECT_EQ(net::url::parse("http://a:81")->port, "81");
  EXPECT_EQ(net::url::parse("http://a:81")->target, "/");
  EXPECT_EQ(net::url::parse("http://a?b")->target, "/?b");
  EXPECT_EQ(net::url::parse("http://[::1]:8545/x")->host, "::1");
  EXPECT_EQ(net::url::parse("http://[::1]:8545/x")->port, "8545");
  EXPECT_EQ(net::url::parse("http://[::1]/")->port, "80");
  for (const auto* bad : {"", "http://", "http:///x", "HTTP://a", "//a", "a", "http://a:",
                          "http://a:x", "http://a:123456", "http://u:p@a/", "http://a/#f",
                          "http://a/ b", "http://[::1", "http://[::1]x", "http://a\n/"})
    EXPECT_FALSE(net::url::parse(bad)) << bad;
}

}  // namespace
}  // namespace headroom::chain
