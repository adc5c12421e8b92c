#include "net/event_source.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/net/http_server.hpp"

namespace headroom::net {
namespace {

using namespace std::chrono_literals;
using chain::test::closed_port;
using chain::test::http_server;
using chain::test::peer;
using why = event_source_end::why;

constexpr const char* head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

struct heard {
  event_source_end end;
  std::vector<std::string> data;
};

heard read(const std::string& url, event_source_options options = {}, std::size_t most = 1'000) {
  heard out;
  event_text text{options.max_event};
  http_request request;
  request.url = url;
  request.headers = {{"X-Mine", "7"}};
  out.end = read_events(request, options, text, [&](const server_event& e) {
    out.data.push_back(e.data);
    return out.data.size() < most;
  });
  return out;
}

TEST(EventSource, TellsEventsAsTheyCome) {
  std::string sent;
  http_server server{[&](peer& p) {
    sent = p.read().value_or("");
    p.write(std::string{head} + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
    p.write("5\r\ndata:\r\n4\r\n 2\n\n\r\n0\r\n\r\n");
  }};
  const auto h = read(server.url("/events?topics=me"));
  EXPECT_EQ(h.data, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(h.end.how, why::finished);
  EXPECT_TRUE(h.end.opened);
  EXPECT_TRUE(sent.starts_with("GET /events?topics=me HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("Accept: text/event-stream\r\n"), sent.npos);
  EXPECT_NE(sent.find("X-Mine: 7\r\n"), sent.npos);
  EXPECT_EQ(sent.find("Last-Event-ID"), sent.npos);
}

TEST(EventSource, EndsWhenItHasBeenEnough) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.write(std::string{head} + "\r\ndata: 1\n\ndata: 2\n\n");
    p.wait_for_close();
  }};
  const auto h = read(server.url(), {}, 1);
  EXPECT_EQ(h.end.how, why::enough);
  EXPECT_EQ(h.data, std::vector<std::string>{"1"});
}

TEST(EventSource, KeepsWhatARefusalSays) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.answer("{\"code\":\"forbidden\"}", "403 Forbidden");
  }};
  const auto h = read(server.url());
  EXPECT_EQ(h.end.how, why::refused);
  EXPECT_FALSE(h.end.opened);
  EXPECT_EQ(h.end.status, 403U);
  EXPECT_EQ(h.end.body, "{\"code\":\"forbidden\"}");
}

TEST(EventSource, APageIsNoStream) {
  http_server server{[](peer& p) {
    (void)p.read();
    p.answer("data: 1\n\n", "200 OK", "Content-Type: text/html\r\n");
  }};
  const auto h = read(server.url());
  EXPECT_EQ(h.end.how, why::refused);
  EXPECT_TRUE(h.data.empty());
}

TEST(EventSource, SilenceHasAnEnd) {
  http_server mute{[](peer& p) { p.wait_for_close(); }};
  event_source_options options;
  options.connect_timeout = 50ms;
  EXPECT_EQ(read(mute.url(), options).end.how, why::silent);
  http_server stuck{[](peer& p) {
    (void)p.read();
    p.write(std::string{head} + "\r\n: I live\n\n");
    p.wait_for_close();
  }};
  options.connect_timeout = 5s;
  options.idle_timeout = 50ms;
  const auto h = read(stuck.url(), options);
  EXPECT_EQ(h.end.how, why::silent);
  EXPECT_TRUE(h.end.opened);
}

TEST(EventSource, WhatIsCutOffOrUnreadableIsBroken) {
  http_server cut{[](peer& p) {
    (void)p.read();
    p.write(std::string{head} + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
  }};
  const auto h = read(cut.url());
  EXPECT_EQ(h.end.how, why::broken);
  EXPECT_EQ(h.data, std::vector<std::string>{"1"});
  http_server large{[](peer& p) {
    (void)p.read();
    p.write(std::string{head} + "\r\ndata: " + std::string(5'000, 'x'));
    p.wait_for_close();
  }};
  event_source_options options;
  options.max_event = 1'000;
  EXPECT_EQ(read(large.url(), options).end.how, why::broken);
  EXPECT_EQ(read("http://127.0.0.1:" + std::to_string(closed_port()) + "/").end.how, why::broken);
  EXPECT_EQ(read("not a url").end.how, why::broken);
}

}  // namespace
}  // namespace headroom::net
