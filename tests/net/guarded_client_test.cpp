#include "net/guarded_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "net/address_kind.hpp"
#include "tests/net/http_server.hpp"

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;
using test::http_server;
using test::peer;

net::http_result ask(net::guarded_client& client, const std::string& url) {
  std::promise<net::http_result> promise;
  auto out = promise.get_future();
  client.request({"POST", url, {}, "x"}, 5s,
                 [&](net::http_result r) { promise.set_value(std::move(r)); });
  return out.get();
}

void refused(const net::http_result& r) {
  EXPECT_EQ(r.outcome, net::http_outcome::refused_before_send);
  EXPECT_EQ(r.failure, net::http_failure::ours);
  EXPECT_EQ(r.error, net::address_refused);
}

net::address_guard only_open() {
  return [](auto bytes) { return net::kind_of_address(bytes) == net::address_kind::open; };
}

TEST(GuardedClient, AnAddressThatMayNotBeConnectedToHearsNothing) {
  std::atomic<int> connections{0};
  http_server server{[&](peer&) { ++connections; }};
  net::guarded_client client{{}, only_open()};
  const auto port = std::to_string(server.port());
  refused(ask(client, "http://127.0.0.1:" + port + "/"));
  refused(ask(client, "http://[::ffff:127.0.0.1]:" + port + "/"));
  EXPECT_EQ(connections, 0);
}

/// The name is what the URL says, the address what it leads to: that is what is judged.
TEST(GuardedClient, ANameIsJudgedByEveryAddressItHas) {
  std::atomic<int> connections{0};
  http_server server{[&](peer&) { ++connections; }};
  net::guarded_client client{{}, only_open()};
  refused(ask(client, "http://localhost:" + std::to_string(server.port()) + "/"));
  EXPECT_EQ(connections, 0);
}

TEST(GuardedClient, WhatTheGuardLetsThroughIsAskedAndTheConnectionKept) {
  std::atomic<int> asked{0};
  http_server server{[](peer& p) {
    while (p.read()) p.answer("ok");
  }};
  net::guarded_client client{{}, [&](std::span<const std::uint8_t> bytes) {
                               ++asked;
                               return bytes.size() == 4 && bytes[0] == 127;
                             }};
  const auto url = "http://localhost:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(ask(client, url).status, 200U);
  const int once = asked;
  EXPECT_GE(once, 1);
  EXPECT_EQ(ask(client, url).status, 200U);
  EXPECT_EQ(asked, once) << "a kept connection leads where it led";
}

TEST(GuardedClient, ARedirectIsAnAnswer) {
  std::atomic<int> other{0};
  http_server away{[&](peer&) { ++other; }};
  http_server server{[&](peer& p) {
    static_cast<void>(p.read());
    p.answer("", "302 Found",
             "Location: http://127.0.0.1:" + std::to_string(away.port()) + "/\r\n");
  }};
  net::guarded_client client{{}, [](auto) { return true; }};
  EXPECT_EQ(ask(client, "http://127.0.0.1:" + std::to_string(server.port()) + "/").status, 302U);
  EXPECT_EQ(other, 0);
}

}  // namespace
}  // namespace headroom::chain
