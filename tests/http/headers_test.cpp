#include "http/json_values.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

/// Says what came under the name that stands in the path.
void show_header(exchange& x) {
  const auto found = x.asked()[x.id()];
  x.reply_json(to_text(object({{"text", found.text}, {"count", found.count}})));
}

const router& with_headers() {
  static const router table = house_and(
      {{verb::get, "/header/{name}", show_header}, {verb::post, "/header/{name}", show_header}});
  return table;
}

/// A route may ask for any header by its name.
class Headers : public house {
 protected:
  Headers() { routing = &with_headers(); }
  void expect(const std::string& name, const header_list& sent, const std::string& text,
              unsigned count) {
    const auto doc = ask("GET", "/header/" + name, sent).json();
    EXPECT_EQ(doc["text"], text) << name;
    EXPECT_EQ(doc["count"], count) << name;
  }
};

TEST_F(Headers, AnyIsFoundByItsName) {
  start();
  const header_list sent{{"Cookie", "a=1; b=2"},
                         {"Sec-Fetch-Site", "same-origin"},
                         {"last-event-id", "17"},
                         {"traceparent", "00-ab-cd-01"},
                         {"X-Empty", ""}};
  expect("Cookie", sent, "a=1; b=2", 1);
  expect("cookie", sent, "a=1; b=2", 1);
  expect("SEC-FETCH-SITE", sent, "same-origin", 1);
  expect("Last-Event-ID", sent, "17", 1);
  expect("Traceparent", sent, "00-ab-cd-01", 1);
  expect("X-Empty", sent, "", 1);
  expect("Host", sent, "test", 1);
  expect("Accept", sent, "", 0);
  expect("ookie", sent, "", 0);
  expect("Cookie2", sent, "", 0);
}

TEST_F(Headers, OneThatIsRepeatedIsCounted) {
  start();
  expect("Cookie", {{"Cookie", "a"}, {"X", "b"}, {"COOKIE", "c"}}, "c", 2);
}

TEST_F(Headers, BlanksAroundAValueAreNoPartOfIt) {
  start();
  expect("X", {{"X", " \t a\tb  \t"}}, "a\tb", 1);
  expect("X", {{"X", "a: b"}}, "a: b", 1);
}

TEST_F(Headers, WhatTheFrontItselfLooksForIsFoundByNameToo) {
  start();
  expect("Origin", {{"Origin", "https://app.example"}}, "https://app.example", 1);
  expect("idempotency-key", {{"Idempotency-Key", "k"}}, "k", 1);
}

TEST_F(Headers, TheyMayComeInPieces) {
  start();
  client c{web->port()};
  const auto text = request_text("GET", "/header/Cookie",
                                 {{"X-First", "1"}, {"Cookie", "a=1"}, {"Request-Id", "mine"}});
  for (const char byte : text) c.send({&byte, 1});
  const auto r = c.receive();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->json()["text"], "a=1");
  EXPECT_EQ(r->header("request-id"), "mine");
  c.send(request_text("GET", "/header/Cookie"));
  EXPECT_EQ(c.receive()->json()["count"], 0) << "they are of one request";
}

TEST_F(Headers, TrailersAreNone) {
  start();
  client c{web->port()};
  c.send(
      "POST /header/Cookie HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\n{}\r\n0\r\nCookie: a=1\r\n\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->json()["count"], 0);
}

TEST_F(Headers, BlanksCountAgainstTheLimit) {
  settings.max_header = 4096;
  start();
  client c{web->port()};
  c.send("GET /healthz HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 20; ++i) c.send("X:" + std::string(1000, ' ') + "1\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 431, "header_too_large");
}

TEST_F(Headers, SoDoBlanksBehindAValue) {
  settings.max_header = 4096;
  start();
  client c{web->port()};
  c.send("GET /healthz HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 20; ++i) c.send("X:1" + std::string(1000, ' ') + "\r\nY:2\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 431, "header_too_large");
}

}  // namespace
}  // namespace headroom::http::test
