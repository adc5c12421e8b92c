#include "http/cors.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

/// What pages of other origins may do, errors included: a browser shows a page none of an answer
/// that lacks the header, so a 413 without it is a network error to them.
class Cors : public house {
 protected:
  static constexpr auto page = "https://app.example";
  reply from_page(std::string_view method, std::string_view target, header_list headers = {},
                  std::string_view body = {}, const std::string& origin = page) {
    headers.emplace_back("Origin", origin);
    return ask(method, target, headers, body);
  }
  static std::string origin_of(const reply& r) { return r.header("access-control-allow-origin"); }
};

TEST_F(Cors, AnyPageMayUseWhatStrangersMay) {
  start();
  for (const auto* path : {"/buffer/status", "/healthz", "/readyz", "/openapi.json",
                           "/deposits/33333333-3333-3333-3333-333333333333"})
    EXPECT_EQ(origin_of(from_page("GET", path)), "*") << path;
  for (const auto* path : {"/balance", "/bets", "/deposits", "/audit/solvency", "/metrics"})
    EXPECT_EQ(origin_of(from_page("GET", path)), "") << path;
  const auto r = from_page("POST", "/deposit", {}, R"({"amount":"5"})");
  EXPECT_EQ(r.status, 402);
  EXPECT_EQ(origin_of(r), "*");
  EXPECT_EQ(r.header("access-control-allow-credentials"), "");
}

TEST_F(Cors, ErrorsMayBeReadToo) {
  settings.max_body = 1024;
  start();
  EXPECT_EQ(origin_of(from_page("GET", "/deposit")), "*") << "405";
  EXPECT_EQ(origin_of(from_page("POST", "/deposit", {}, "{")), "*") << "400";
  EXPECT_EQ(origin_of(from_page("POST", "/bets", {}, "{}")), "*") << "401";
  EXPECT_EQ(origin_of(from_page("POST", "/bets", {{"Content-Type", "text/plain"}}, "{}")), "*");
  EXPECT_EQ(origin_of(from_page("GET", "/nothing")), "*") << "404";
  const auto head = std::string{"POST /deposit HTTP/1.1\r\nHost: x\r\nOrigin: "} + page + "\r\n";
  for (const auto& [text, status] : std::initializer_list<std::pair<std::string, int>>{
           {head + "Content-Length: 99999\r\n\r\n", 413},
           {head + "X: " + std::string(64 * 1024, 'x') + "\r\n\r\n", 431},
           {head + "Transfer-Encoding: gzip\r\n\r\n", 400},
           {head + "Expect: more\r\n\r\n", 417}}) {
    client c{web->port()};
    c.send(text);
    const auto r = c.receive();
    ASSERT_TRUE(r) << status;
    EXPECT_EQ(r->status, status);
    EXPECT_EQ(origin_of(*r), "*") << status;
  }
}

TEST_F(Cors, APreflightNamesWhatMayBeSent) {
  start();
  for (const auto* path : {"/bets", "/deposit", "/withdrawals"}) {
    const auto r = from_page("OPTIONS", path,
                             {{"Access-Control-Request-Method", "POST"},
                              {"Access-Control-Request-Headers", "content-type,idempotency-key"}});
    EXPECT_EQ(r.status, 204);
    EXPECT_EQ(origin_of(r), "*");
    EXPECT_NE(r.header("access-control-allow-methods").find("POST"), std::string::npos);
    for (const auto* name : {"Content-Type", "Idempotency-Key", "PAYMENT-SIGNATURE", "Request-Id"})
      EXPECT_NE(r.header("access-control-allow-headers").find(name), std::string::npos) << name;
    EXPECT_EQ(r.header("access-control-allow-headers").find("Authorization"), std::string::npos)
        << "no page may be lent a key";
  }
  EXPECT_EQ(origin_of(from_page("OPTIONS", "/buffer")), "");
  expect_problem(from_page("OPTIONS", "/nothing"), 404, "not_found");
}

TEST_F(Cors, NamedOriginsMayUseEverything) {
  settings.cors_origins = {"https://desk.example"};
  start();
  const auto ours = from_page("GET", "/bets", bearer(read_key.text), {}, "https://desk.example");
  EXPECT_EQ(origin_of(ours), "https://desk.example");
  EXPECT_EQ(ours.header("vary"), "Origin");
  const auto allowed = from_page("OPTIONS", "/bets", {}, {}, "https://desk.example");
  EXPECT_NE(allowed.header("access-control-allow-headers").find("Authorization"),
            std::string::npos);
  for (const auto* other : {"https://desk.example.evil", "http://desk.example", "null", ""}) {
    const auto r = from_page("GET", "/buffer/status", {}, {}, other);
    EXPECT_EQ(origin_of(r), "") << other;
    EXPECT_EQ(r.header("vary"), "Origin") << "a cache must not mix them up";
  }
}

TEST_F(Cors, NoOriginsNoPages) {
  settings.cors_origins = {};
  start();
  EXPECT_EQ(origin_of(from_page("GET", "/buffer/status")), "");
  EXPECT_EQ(origin_of(from_page("OPTIONS", "/deposit")), "");
}

}  // namespace
}  // namespace headroom::http::test
