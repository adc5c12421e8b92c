#include "http/router.hpp"

#include <stdexcept>

#include "http/json_values.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

void show(exchange& x) {
  x.reply_json(to_text(object({
      {"method", to_string(x.asked().method)},
      {"first", x.id()},
      {"second", x.id(1)},
      {"body", x.asked().body},
  })));
}
void mine(exchange& x) { x.reply_json(R"({"mine":true})"); }

const router& shapes() {
  static const router table = house_and({
      {verb::get, "/parcels/{id}", show},
      {verb::patch, "/parcels/{id}", show},
      {verb::delete_, "/parcels/{id}", show},
      {verb::get, "/parcels/{id}/deliveries", show},
      {verb::get, "/parcels/mine", mine},  // behind {id}, and still found
      {verb::put, "/limits/{name}", show, route::pages},
      {verb::get, "/limits/{name}", show},
      {verb::post, "/offers/{id}/sell", show, route::pages},
      {verb::get, "/users/{user}/bets/{bet}", show},
  });
  return table;
}

/// Routes of every shape that pages will ask for.
class Router : public house {
 protected:
  Router() { routing = &shapes(); }
};

TEST_F(Router, ASegmentInTheMiddleStandsForAText) {
  start();
  const auto sold = ask("POST", "/offers/123/sell", {}, "{}");
  ASSERT_EQ(sold.status, 200) << sold.body;
  EXPECT_EQ(sold.json()["first"], "123");
  EXPECT_EQ(get("/parcels/w-1/deliveries").json()["first"], "w-1");
  const auto two = get("/users/0xaa/bets/b%20c").json();
  EXPECT_EQ(two["first"], "0xaa");
  EXPECT_EQ(two["second"], "b%20c") << "as it was sent";
  for (const auto* other : {"/offers//sell", "/offers/1/2/sell", "/offers/1/sell/", "/offers/1/sel",
                            "/offers/1", "/offers", "/parcels/", "/parcels/w-1/deliveries/7",
                            "/users//bets/b", "/users/u/bets", "/users/u/bets/", "xoffers/1/sell"})
    EXPECT_NE(ask("POST", other, {}, "{}").status, 200) << other;
  expect_problem(ask("POST", "/offers//sell", {}, "{}"), 404, "not_found");
}

TEST_F(Router, DeleteAndPutAreMethodsLikeOthers) {
  start();
  EXPECT_EQ(ask("DELETE", "/parcels/w-1").json()["method"], "DELETE");
  const auto put = ask("PUT", "/limits/bets", {}, R"({"most":"5"})").json();
  EXPECT_EQ(put["method"], "PUT");
  EXPECT_EQ(put["body"], R"({"most":"5"})");
  expect_problem(ask("PUT", "/limits/bets", {{"Content-Type", "text/plain"}}, "x"), 415,
                 "unsupported_media_type");
  client c{web->port()};
  c.send(request_text("DELETE", "/parcels/w-1", {}, "{}") + request_text("GET", "/healthz"));
  EXPECT_EQ(c.receive()->status, 200) << "a body of DELETE has no meaning";
  EXPECT_EQ(c.receive()->json()["status"], "ok");
}

TEST_F(Router, APathThatIsWrittenOutIsAnItemOfItsOwn) {
  start();
  EXPECT_EQ(get("/parcels/mine").json()["mine"], true);
  EXPECT_EQ(get("/parcels/mines").json()["first"], "mines");
  const auto r = ask("DELETE", "/parcels/mine");
  expect_problem(r, 405, "method_not_allowed");
  EXPECT_EQ(r.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask("OPTIONS", "/conversions/metrics").header("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(Router, EveryPathNamesItsMethods) {
  start();
  const std::pair<const char*, const char*> rows[]{
      {"/parcels/w-1", "GET, HEAD, PATCH, DELETE, OPTIONS"},
      {"/parcels/w-1/deliveries", "GET, HEAD, OPTIONS"},
      {"/limits/bets", "PUT, GET, HEAD, OPTIONS"},
      {"/offers/1/sell", "POST, OPTIONS"},
  };
  for (const auto& [path, allow] : rows) {
    EXPECT_EQ(ask("OPTIONS", path).header("allow"), allow) << path;
    const auto r = ask("BREW", path);
    expect_problem(r, 405, "method_not_allowed");
    EXPECT_EQ(r.header("allow"), allow) << path;
  }
  EXPECT_EQ(ask("HEAD", "/parcels/w-1").status, 200);
  expect_problem(ask("DELETE", "/offers/1/sell"), 405, "method_not_allowed");
  EXPECT_EQ(ask("OPTIONS", "*").header("allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST_F(Router, APageOfAStrangerIsToldTheMethodsThatAreForIt) {
  settings.cors_origins = {"*", "https://desk.example"};
  start();
  const auto methods = [&](const char* path, const char* origin) {
    return ask("OPTIONS", path, {{"Origin", origin}}).header("access-control-allow-methods");
  };
  EXPECT_EQ(methods("/limits/bets", "https://app.example"), "PUT, OPTIONS");
  EXPECT_EQ(methods("/limits/bets", "https://desk.example"), "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(methods("/parcels/w-1", "https://app.example"), "");
  EXPECT_EQ(methods("/parcels/w-1", "https://desk.example"), "GET, HEAD, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(methods("/bets", "https://app.example"), "POST, OPTIONS");
}

TEST_F(Router, TheDocumentCanSayThem) {
  const auto document = json::parse(R"({"paths": {
      "/parcels/{id}": {"get": {}, "patch": {}, "delete": {}, "options": {}},
      "/offers/{id}/sell": {"post": {}, "options": {}},
      "/limits/{name}": {"put": {}, "options": {}}}})");
  const router table{std::vector<route>{
      {verb::get, "/parcels/{id}", show},
      {verb::patch, "/parcels/{id}", show},
      {verb::delete_, "/parcels/{id}", show},
      {verb::post, "/offers/{id}/sell", show},
      {verb::put, "/limits/{name}", show},
  }};
  EXPECT_EQ(operations_in(document), operations_of(table));
}

TEST_F(Router, RequestsAreCountedByTheirPattern) {
  start();
  for (const auto* id : {"a", "b"}) ask("DELETE", std::string{"/parcels/"} + id);
  EXPECT_EQ(metric("headroom_http_requests_total{route=\"/parcels/{id}\",method=\"DELETE\","
                   "status=\"2xx\"}"),
            "2");
}

TEST(RouterTable, ARouteThatCouldNeverBeEnteredIsAnError) {
  const auto made = [](std::vector<route> table) { return router{std::move(table)}; };
  EXPECT_NO_THROW((void)made({{verb::get, "/a/{id}", show}, {verb::put, "/a/{id}", show}}));
  EXPECT_NO_THROW((void)made({{verb::get, "/a/{id}/b", show}, {verb::get, "/a/{id}/c", show}}));
  EXPECT_THROW((void)made({{verb::get, "/a", show}, {verb::get, "/a", mine}}), std::logic_error);
  EXPECT_THROW((void)made({{verb::get, "/a/{id}", show}, {verb::get, "/a/{other}", mine}}),
               std::logic_error);
  for (const auto* malformed :
       {"", "a", "/a/{id", "/a/id}", "/a/{id}.csv", "/a/x{id}", "/{}}", "/{a}/{b}/{c}"})
    EXPECT_THROW((void)made({{verb::get, malformed, show}}), std::logic_error) << malformed;
}

}  // namespace
}  // namespace headroom::http::test
