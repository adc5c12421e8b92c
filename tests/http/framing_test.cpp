#include "http/request_target.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

/// Where a request ends, in sixty shapes and more: each is sent with another request behind it. One
/// that is taken must leave that other request whole; one that is refused must be the connection's
/// last, or a proxy that counts otherwise would hand us a request that nobody sent
/// (RFC 9112 section 11.2; shapes from there and from published work on request smuggling:
/// PortSwigger's "HTTP Desync Attacks" of 2019, 2021 and 2025, "Funky chunks" of 2025).
class Framing : public house {
 protected:
  static std::string with_body(const std::string& headers, const std::string& body) {
    return "POST /deposit HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
  }
  static std::string chunked(const std::string& body, const std::string& more = {}) {
    return with_body(more + "Transfer-Encoding: chunked\r\n", body);
  }
  static std::string get(const std::string& target, const std::string& headers = "Host: x\r\n",
                         const std::string& version = "HTTP/1.1") {
    return "GET " + target + " " + version + "\r\n" + headers + "\r\n";
  }
};

const std::string body = R"({"amount":"5"})";  // 14 bytes
const std::string next = "GET /healthz HTTP/1.1\r\nHost: next\r\n\r\n";
constexpr int demand = 402;  // what POST /deposit answers to a body it could read

struct shape {
  std::string name;
  std::string bytes;
  int status;
};

TEST_F(Framing, ShapesThatAreRefusedEndTheConnection) {
  const std::string whole = "e\r\n" + body + "\r\n0\r\n\r\n";
  const std::string nul(1, '\0');
  const shape table[]{
      // -- Transfer-Encoding: chunked, or nothing
      {"identity", with_body("Transfer-Encoding: identity\r\n", ""), 400},
      {"identity beside a length",
       with_body("Transfer-Encoding: identity\r\nContent-Length: 14\r\n", body), 400},
      {"gzip", with_body("Transfer-Encoding: gzip\r\n", ""), 400},
      {"an unknown coding", with_body("Transfer-Encoding: xchunked\r\n", whole), 400},
      {"quoted", with_body("Transfer-Encoding: \"chunked\"\r\n", whole), 400},
      {"chunked not last", with_body("Transfer-Encoding: chunked, gzip\r\n", whole), 400},
      {"gzip before chunked", with_body("Transfer-Encoding: gzip, chunked\r\n", whole), 400},
      {"chunked twice in one line", with_body("Transfer-Encoding: chunked, chunked\r\n", whole),
       400},
      {"chunked in two lines",
       with_body("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", whole), 400},
      {"identity, then chunked",
       with_body("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", whole), 400},
      {"chunked, then identity",
       with_body("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", whole), 400},
      {"empty", with_body("Transfer-Encoding:\r\n", ""), 400},
      {"a comma before", with_body("Transfer-Encoding: ,chunked\r\n", whole), 400},
      {"a parameter", with_body("Transfer-Encoding: chunked;q=1\r\n", whole), 400},
      {"folded", with_body("Transfer-Encoding:\r\n chunked\r\n", whole), 400},
      {"a vertical tab", with_body("Transfer-Encoding: \vchunked\r\n", whole), 400},
      {"a NUL inside", with_body("Transfer-Encoding: chun" + nul + "ked\r\n", whole), 400},
      {"a blank before the colon", with_body("Transfer-Encoding : chunked\r\n", whole), 400},
      {"a tab before the colon", with_body("Transfer-Encoding\t: chunked\r\n", whole), 400},
      {"a blank before the name", with_body(" Transfer-Encoding: chunked\r\n", whole), 400},
      {"hidden behind a line feed", with_body("X: y\nTransfer-Encoding: chunked\r\n", whole), 400},
      {"hidden behind a carriage return", with_body("X: y\rTransfer-Encoding: chunked\r\n", whole),
       400},
      {"in HTTP/1.0",
       "POST /deposit HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" +
           whole,
       400},
      // -- both lengths
      {"length, then chunked", chunked(whole, "Content-Length: 14\r\n"), 400},
      {"chunked, then length",
       with_body("Transfer-Encoding: chunked\r\nContent-Length: 14\r\n", whole), 400},
      {"length 0 and chunked", chunked(whole, "Content-Length: 0\r\n"), 400},
      // -- Content-Length: one number
      {"two lengths that differ", with_body("Content-Length: 14\r\nContent-Length: 0\r\n", body),
       400},
      {"two lengths that agree", with_body("Content-Length: 14\r\nContent-Length: 14\r\n", body),
       400},
      {"a list of lengths", with_body("Content-Length: 14, 14\r\n", body), 400},
      {"a sign", with_body("Content-Length: +14\r\n", body), 400},
      {"a minus", with_body("Content-Length: -14\r\n", body), 400},
      {"hex", with_body("Content-Length: 0xe\r\n", body), 400},
      {"a fraction", with_body("Content-Length: 14.0\r\n", body), 400},
      {"a blank inside", with_body("Content-Length: 1 4\r\n", body), 400},
      {"no number", with_body("Content-Length:\r\n", body), 400},
      {"more than 64 bits", with_body("Content-Length: 18446744073709551630\r\n", body), 400},
      {"folded number", with_body("Content-Length: 1\r\n 4\r\n", body), 400},
      {"blank before the length's colon", with_body("Content-Length : 14\r\n", body), 400},
      // -- chunks
      {"a chunk size with 0x", chunked("0xe\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a chunk size with a blank before", chunked(" e\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a chunk size with a blank behind", chunked("e \r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a chunk size with a sign", chunked("+e\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a negative chunk", chunked("-1\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"no chunk size", chunked("\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a chunk size of 65 bits", chunked("1000000000000000e\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a chunk longer than its size", chunked("d\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"chunk lines that end in a line feed", chunked("e\n" + body + "\n0\n\n"), 400},
      {"a chunk followed by a line feed", chunked("e\r\n" + body + "\n0\r\n\r\n"), 400},
      {"a line feed in an extension", chunked("e;a\nb\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a line feed in a quoted extension", chunked("e;a=\"\n\"\r\n" + body + "\r\n0\r\n\r\n"),
       400},
      {"an extension without a name", chunked("e;\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"extensions without end",
       chunked("e;" + std::string(5000, 'a') + "\r\n" + body + "\r\n0\r\n\r\n"), 400},
      {"a length in the trailer", chunked("e\r\n" + body + "\r\n0\r\nContent-Length: 5\r\n\r\n"),
       400},
      {"a coding in the trailer",
       chunked("e\r\n" + body + "\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"a folded trailer", chunked("e\r\n" + body + "\r\n0\r\nX: a\r\n b\r\n\r\n"), 400},
      {"a trailer that is no header", chunked("e\r\n" + body + "\r\n0\r\nGET / HTTP/1.1\r\n\r\n"),
       400},
      // -- Host and target
      {"no Host", get("/healthz", ""), 400},
      {"two Hosts", get("/healthz", "Host: a\r\nHost: a\r\n"), 400},
      {"an empty Host", get("/healthz", "Host:\r\n"), 400},
      {"a list of Hosts", get("/healthz", "Host: a,b\r\n"), 400},
      {"a Host with a path", get("/healthz", "Host: a/b\r\n"), 400},
      {"a Host with a user", get("/healthz", "Host: u@a\r\n"), 400},
      {"a Host with a blank", get("/healthz", "Host: a b\r\n"), 400},
      {"a Host with a bad port", get("/healthz", "Host: a:b\r\n"), 400},
      {"a Host that is a URL", get("/healthz", "Host: http://a\r\n"), 400},
      {"two Hosts in HTTP/1.0", get("/healthz", "Host: a\r\nHost: a\r\n", "HTTP/1.0"), 400},
      {"a target without a slash", get("healthz"), 400},
      {"a target with a fragment", get("/healthz#x"), 400},
      {"a target with a backslash", get("/healthz\\x"), 400},
      {"a target that is not ASCII", get("/h\xc3\xa9"), 400},
      {"a URL of another scheme", get("ftp://a/healthz"), 400},
      {"a URL with a user", get("http://u:p@a/healthz"), 400},
      {"a URL without a host", get("http:///healthz"), 400},
      {"an asterisk for GET", get("*"), 400},
      {"a tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400},
      // -- lines
      {"a target with a blank", get("/health z"), 400},
      {"two blanks", "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a tab", "GET\t/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"lines that end in a line feed", "GET /healthz HTTP/1.1\nHost: x\n\n", 400},
      {"no version", "GET /healthz\r\nHost: x\r\n\r\n", 400},
      {"HTTP/1.2", get("/healthz", "Host: x\r\n", "HTTP/1.2"), 400},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"a header without a name", get("/healthz", "Host: x\r\n: y\r\n"), 400},
      {"a header without a colon", get("/healthz", "Host: x\r\nX\r\n"), 400},
      {"a control character",
       get("/healthz",
           "Host: x\r\nX: a\x01"
           "b\r\n"),
       400},
      {"a header over two lines", get("/healthz", "Host: x\r\nX: a\r\n b\r\n"), 400},
      {"a header that begins on the next line", get("/healthz", "Host: x\r\nX:\r\n b\r\n"), 400},
      {"two empty lines before it", "\r\n\r\n" + get("/healthz"), 400},
      // -- Expect
      {"another expectation", with_body("Expect: 200-ok\r\nContent-Length: 14\r\n", body), 417},
      {"an expectation with a word before",
       with_body("Expect: y 100-continue\r\nContent-Length: 14\r\n", body), 417},
      // -- more than we take
      {"a body over the limit", with_body("Content-Length: 99999999\r\n", body), 413},
      {"a chunk over the limit", chunked("fffff\r\n"), 413},
  };
  start();
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    client c{web->port()};
    c.send(row.bytes + next);
    const auto r = c.receive();
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, row.status) << r->body;
    EXPECT_EQ(r->header("content-type"), "application/problem+json");
    EXPECT_EQ(r->header("connection"), "close");
    EXPECT_TRUE(c.closed_by_server()) << "something was answered after it";
  }
}

TEST_F(Framing, ShapesThatAreTakenLeaveTheNextRequestWhole) {
  const shape table[]{
      {"a length", with_body("Content-Length: 14\r\n", body), demand},
      {"a length with zeros before", with_body("Content-Length: 0014\r\n", body), demand},
      {"a length with blanks around", with_body("Content-Length: \t 14 \t\r\n", body), demand},
      {"a name in capitals", with_body("CONTENT-LENGTH: 14\r\n", body), demand},
      {"no body", with_body("", ""), demand},
      {"chunked", chunked("e\r\n" + body + "\r\n0\r\n\r\n"), demand},
      {"Chunked", with_body("Transfer-Encoding: Chunked\r\n", "E\r\n" + body + "\r\n0\r\n\r\n"),
       demand},
      {"several chunks", chunked("1\r\n{\r\n00d\r\n" + body.substr(1) + "\r\n000\r\n\r\n"), demand},
      {"chunk extensions", chunked("e;a;b=c;d=\"e;f\"\r\n" + body + "\r\n0;last=1\r\n\r\n"),
       demand},
      {"trailers", chunked("e\r\n" + body + "\r\n0\r\nX-Sum: 1\r\nAge: 2\r\n\r\n"), demand},
      {"an unknown name that looks like one of ours",
       with_body("Transfer_Encoding: chunked\r\nContent-Length: 14\r\n", body), demand},
      {"an expectation beside its body",
       with_body("Expect: 100-Continue\r\nContent-Length: 14\r\n", body), demand},
      {"an empty line before it", "\r\n" + get("/healthz"), 200},
      {"a GET with a body", get("/healthz", "Host: x\r\nContent-Length: 14\r\n") + body, 200},
      {"a Host with a port", get("/healthz", "Host: pay.example.com:8080\r\n"), 200},
      {"a Host in brackets", get("/healthz", "Host: [2001:db8::1]:80\r\n"), 200},
      {"a Host with an underscore", get("/healthz", "Host: head_room\r\n"), 200},
      {"a URL", get("http://example.org/healthz"), 200},
      {"a URL in capitals", get("HTTPS://EXAMPLE.org:443/healthz"), 200},
      {"a URL without a path", get("http://example.org?x=1"), 404},
      {"OPTIONS of everything", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 204},
      {"a method nobody knows", "BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"a method in lower case", "get /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"HTTP/1.0 that stays", get("/healthz", "Connection: Keep-Alive\r\n", "HTTP/1.0"), 200},
      {"an expectation in HTTP/1.0",
       get("/healthz", "Connection: keep-alive\r\nExpect: 100-continue\r\n", "HTTP/1.0"), 200},
      {"an upgrade nobody takes",
       get("/healthz", "Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), 200},
  };
  start();
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    client c{web->port()};
    c.send(row.bytes + next);
    auto r = c.receive();
    ASSERT_TRUE(r);
    if (r->status == 100) r = c.receive();
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, row.status) << r->body;
    const auto second = c.receive();
    ASSERT_TRUE(second) << "the next request was eaten";
    EXPECT_EQ(second->body, R"({"status":"ok"})");
  }
}

TEST_F(Framing, TrailersAreNeverHeaders) {
  start();
  const auto bet =
      R"({"user_address":")" + user_text + R"(","token_id":"7","amount":"25","max_price":"0.5"})";
  const auto send = [&](const std::string& headers, const std::string& trailers) {
    client c{web->port()};
    char size[16];
    std::snprintf(size, sizeof size, "%zx", bet.size());
    c.send("POST /bets HTTP/1.1\r\nHost: x\r\n" + headers + "Transfer-Encoding: chunked\r\n\r\n" +
           size + "\r\n" + bet + "\r\n0\r\n" + trailers + "\r\n");
    return c.receive().value_or(reply{});
  };
  const auto key = "Authorization: Bearer " + trade_key.text + "\r\n";
  const std::string idempotency = "Idempotency-Key: late\r\n";
  expect_problem(send("", key + idempotency), 401, "unauthorized");
  expect_problem(send(key, idempotency), 400, "idempotency_key_required");
  EXPECT_EQ(send(key + idempotency, "Idempotency-Key: other\r\nConnection: close\r\n").status, 201);
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(says.placed.size(), 1U);
}

TEST_F(Framing, ATrailerDoesNotCloseTheConnection) {
  start();
  client c{web->port()};
  c.send(chunked("e\r\n" + body + "\r\n0\r\nConnection: close\r\n\r\n") + next);
  EXPECT_EQ(c.receive()->header("connection"), "");
  EXPECT_EQ(c.receive()->status, 200);
}

TEST_F(Framing, NothingMayFollowTheJson) {
  start();
  const std::string nul(1, '\0');
  for (const auto& text : {body + nul, body + nul + body, nul + body, body + " x", body + body,
                           "{\"amount\":\"5" + nul + "\"}"})
    expect_problem(ask("POST", "/deposit", {}, text), 400, "bad_request");
  EXPECT_EQ(ask("POST", "/deposit", {}, " " + body + "\r\n\t ").status, demand);
}

TEST_F(Framing, OnlyJsonIsTakenAsJson) {
  start();
  const auto typed = [&](const std::string& type) {
    return ask("POST", "/deposit", {{"Content-Type", type}}, body);
  };
  for (const auto* type :
       {"application/json", "Application/JSON", "application/json; charset=UTF-8",
        "application/json;charset=\"utf-8\"", "application/json ; profile=x"})
    EXPECT_EQ(typed(type).status, demand) << type;
  for (const auto* type :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/json; charset=utf-16", "application/jsonx", "application/x-json", "json", "",
        "application/json, text/plain", "application/problem+json"})
    expect_problem(typed(type), 415, "unsupported_media_type");
  EXPECT_EQ(ask("POST", "/deposit", {}, body).status, demand) << "none is taken as JSON";
  expect_problem(ask("POST", "/deposit",
                     {{"Content-Type", "application/json"}, {"Content-Type", "text/plain"}}, body),
                 415, "unsupported_media_type");
  for (const auto* coding : {"gzip", "br", "identity, gzip", ""}) {
    const auto r = ask("POST", "/deposit", {{"Content-Encoding", coding}}, body);
    expect_problem(r, 415, "unsupported_media_type");
    EXPECT_EQ(r.header("accept-encoding"), "identity");
  }
  EXPECT_EQ(ask("POST", "/deposit", {{"Content-Encoding", "identity"}}, body).status, demand);
  EXPECT_EQ(ask("GET", "/healthz", {{"Content-Type", "text/plain"}}).status, 200);
}

TEST_F(Framing, HeadersWithoutEndAreRefusedHoweverTheyCome) {
  settings.max_header = 4096;
  start();
  client c{web->port()};
  c.send("GET /healthz HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 200; ++i) c.send("Authorization: " + std::string(100, 'x') + "\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 431, "header_too_large");
}

TEST_F(Framing, TrailersWithoutEndAreRefused) {
  start();
  client c{web->port()};
  c.send(chunked("e\r\n" + body + "\r\n0\r\n"));
  for (int i = 0; i < 200; ++i) c.send("X: " + std::string(1024, 'x') + "\r\n");
  const auto r = c.receive();
  ASSERT_TRUE(r);
  expect_problem(*r, 431, "header_too_large");
}

TEST(RequestTarget, KnowsAnAuthority) {
  for (const auto* good : {"x", "x:1", "x:", "127.0.0.1:65535", "[::1]", "[::1]:8", "a-b._~c"})
    EXPECT_TRUE(is_authority(good)) << good;
  for (const auto* bad : {"", ":80", "a:b", "a:123456", "a b", "[::1", "[]", "[1]", "[::1]x", "::1",
                          "a%20b", "a,b", "u@a", "a/b", "a?b", "a#b", "a;b"})
    EXPECT_FALSE(is_authority(bad)) << bad;
}

}  // namespace
}  // namespace headroom::http::test
