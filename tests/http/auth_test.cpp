#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

class Auth : public house {};

TEST_F(Auth, EveryRouteAdmitsTheRightScopesOnly) {
  start();
  const auto id = std::string{"11111111-1111-1111-1111-111111111111"};
  const auto bet =
      R"({"user_address":")" + user_text + R"(","token_id":"1","amount":"1","max_price":"0.5"})";
  struct route {
    const char* method;
    std::string target;
    std::string body;
    std::string scopes;  // admitted: r t i a o; "" = public
    const char* named;   // by the 403
    int status;
  };
  const route table[]{
      {"GET", "/balance?user_address=" + user_text, "", "rt", "`read`", 200},
      {"GET", "/buffer/max-bet?user_address=" + user_text, "", "rt", "`read`", 200},
      {"GET", "/deposits?user_address=" + user_text, "", "rt", "`read`", 200},
      {"GET", "/deposits/" + id, "", "", "", 200},  // how much of it: deposit_test.cpp
      {"GET", "/bets", "", "rt", "`read`", 200},
      {"GET", "/bets/" + id, "", "rt", "`read`", 200},
      {"POST", "/bets", bet, "t", "`trade`", 201},
      {"GET", "/conversions", "", "r", "`read`", 200},
      {"GET", "/conversions/" + id, "", "r", "`read`", 200},
      {"GET", "/conversions/metrics", "", "r", "`read`", 200},
      {"GET", "/routes", "", "r", "`read`", 200},
      {"GET", "/inspector/bets/" + id + "/timeline", "", "i", "`inspect`", 200},
      {"GET", "/inspector/sales/" + id + "/timeline", "", "i", "`inspect`", 200},
      {"GET", "/inspector/deposits/" + id + "/timeline", "", "i", "`inspect`", 200},
      {"GET", "/inspector/conversions/" + id + "/timeline", "", "i", "`inspect`", 200},
      {"GET", "/inspector/withdrawals/" + id + "/timeline", "", "i", "`inspect`", 200},
      {"GET", "/pricing", "", "r", "`read`", 200},
      {"GET", "/audit/solvency", "", "r", "`read`", 200},
      {"GET", "/inspector/actors", "", "i", "`inspect`", 200},
      {"GET", "/operator/overview", "", "i", "`inspect`", 200},
      {"GET", "/inspector/actors/999999999", "", "i", "`inspect`", 404},
      {"GET", "/inspector/lints", "", "i", "`inspect`", 200},
      {"GET", "/inspector/refused", "", "i", "`inspect`", 200},
      {"GET", "/inspector/stream", "", "i", "`inspect`", 400},
      {"GET", "/inspector/tree", "", "i", "`inspect`", 200},
      {"GET", "/inspector/waits", "", "i", "`inspect`", 200},
      {"GET", "/operator/alerts", "", "i", "`inspect`", 200},
      {"GET", "/operator/audit", "", "i", "`inspect`", 200},
      {"GET", "/operator/settlements", "", "i", "`inspect`", 200},
      {"POST", "/operator/actions?dry_run=true", R"({"action":"pause_bets","reason":"x"})", "o",
       "`operate`", 200},
      {"POST", "/buffer/replenish", R"({"amount":"1","reference":"x"})", "a", "`admin`", 200},
      {"PATCH", "/buffer", R"({"min_buffer_size":"1"})", "a", "`admin`", 200},
      {"POST", "/operator/actions", R"({"action":"pause_bets","reason":"x"})", "o", "`operate`",
       200},
      {"GET", "/webhooks", "", "a", "`admin`", 503},  // nobody tells anybody in this house
      {"GET", "/webhooks/" + id, "", "a", "`admin`", 503},
      {"GET", "/webhooks/" + id + "/deliveries", "", "a", "`admin`", 503},
      {"POST", "/webhooks", R"({"url":"https://example.com/","events":["*"]})", "a", "`admin`",
       503},
      {"PATCH", "/webhooks/" + id, R"({"enabled":false})", "a", "`admin`", 503},
      {"DELETE", "/webhooks/" + id, "", "a", "`admin`", 503},
      {"POST", "/webhooks/" + id + "/test", "{}", "a", "`admin`", 503},
      {"GET", "/buffer/status", "", "", "", 200},
      {"GET", "/healthz", "", "", "", 200},
      {"GET", "/readyz", "", "", "", 200},
      {"GET", "/metrics", "", "", "", 200},
      {"GET", "/openapi.json", "", "", "", 200},
      {"GET", "/app/config", "", "", "", 200},
  };
  const std::pair<char, std::string> keys[]{{'r', read_key.text},
                                            {'t', trade_key.text},
                                            {'i', inspect_key.text},
                                            {'a', admin_key.text},
                                            {'o', operate_key.text}};
  for (const auto& row : table) {
    SCOPED_TRACE(std::string{row.method} + " " + row.target);
    const auto call = [&](header_list headers) {
      headers.emplace_back("Idempotency-Key", "auth-matrix");
      return ask(row.method, row.target, headers, row.body);
    };
    if (row.scopes.empty()) {
      EXPECT_EQ(call({}).status, row.status);
      continue;
    }
    expect_problem(call({}), 401, "unauthorized");
    for (const auto& [scope, key] : keys) {
      const auto r = call(bearer(key));
      if (row.scopes.find(scope) != std::string::npos) {
        EXPECT_EQ(r.status, row.status) << scope << r.body;
      } else {
        expect_problem(r, 403, "forbidden");
        EXPECT_NE(r.body.find(row.named), std::string::npos) << r.body;
      }
    }
  }
}

TEST_F(Auth, WrongCredentials) {
  start();
  auto other_secret = read_key.text;
  other_secret.back() = other_secret.back() == '0' ? '1' : '0';
  const auto stranger = make_key("stranger", 15, now()).text;
  for (const auto& value :
       {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, "Basic " + read_key.text,
        read_key.text, "Bearer " + other_secret, "Bearer " + stranger, "Bearer x" + read_key.text,
        "Bearer " + read_key.text + "0", "Bearer  " + read_key.text,
        "Bearer " + read_key.text.substr(0, 20)})
    expect_problem(ask("GET", "/bets", {{"Authorization", value}}), 401, "unauthorized");
  expect_problem(
      ask("GET", "/bets",
          {{"Authorization", "Bearer " + read_key.text}, {"Authorization", "Bearer " + stranger}}),
      401, "unauthorized");
  EXPECT_EQ(ask("GET", "/bets", {{"authorization", "bearer " + read_key.text}}).status, 200);
}

TEST_F(Auth, AKeyIsRememberedPerConnectionAndStopsWhenRevoked) {
  start();
  client c{web->port()};
  const auto ask_again = [&](const std::string& key) {
    c.send(request_text("GET", "/bets", bearer(key)));
    return c.receive()->status;
  };
  EXPECT_EQ(ask_again(read_key.text), 200);
  EXPECT_EQ(ask_again(read_key.text), 200);
  EXPECT_EQ(ask_again(inspect_key.text), 403);
  EXPECT_EQ(ask_again(read_key.text), 200);
  {
    const std::lock_guard lock{says.mutex};
    std::erase_if(says.keys, [&](const auto& k) { return k.id == read_key.record.id; });
  }
  EXPECT_TRUE(eventually([&] { return ask_again(read_key.text) == 401; }));
  EXPECT_EQ(ask_again(trade_key.text), 200);
}

TEST_F(Auth, WithoutKeysFromTheStoreTheAnswerIsNotYet) {
  dir->handles.set(actors::query_actor{});
  web = std::make_unique<server>(
      settings, http_services{*system, *dir, ethereum, x402, [] { return Auth::now(); }});
  web->start();
  expect_problem(get("/bets", read_key.text), 503, "unavailable");
  expect_problem(get("/bets"), 401, "unauthorized");
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Auth, MetricsCanBePrivate) {
  settings.public_metrics = false;
  start();
  expect_problem(get("/metrics"), 401, "unauthorized");
  expect_problem(get("/metrics", read_key.text), 403, "forbidden");
  EXPECT_EQ(get("/metrics", inspect_key.text).status, 200);
}

TEST(KeyRing, KeysHaveTheDocumentedFormAndOnlyTheirHashIsStored) {
  const auto key = make_key("ops", static_cast<std::uint8_t>(scope::read), timestamp{7});
  ASSERT_EQ(key.text.size(), 3U + 16 + 1 + 64);
  EXPECT_TRUE(key.text.starts_with("hr_" + key.record.id + "_"));
  EXPECT_EQ(key.record.name, "ops");
  EXPECT_EQ(key.record.created_at, timestamp{7});
  EXPECT_EQ(key.text.find(to_hex(key.record.secret_hash.bytes)), std::string::npos);
  EXPECT_NE(make_key("ops", 1, timestamp{7}).text, key.text);
}

TEST(KeyRing, ARotatedKeyIsTheSameOwner) {
  key_ring ring;
  const auto before = make_key("desk", 1, timestamp{1});
  const auto after = make_key("desk", 3, timestamp{2});
  const auto other = make_key("desk 2", 1, timestamp{2});
  ring.replace({before.record, after.record, other.record});
  EXPECT_EQ(ring.find(before.text)->name, ring.find(after.text)->name);
  EXPECT_NE(ring.find(before.text)->name, ring.find(other.text)->name);
  EXPECT_EQ(ring.find(before.text)->scopes, 1) << "each has its own rights";
  EXPECT_EQ(ring.find(after.text)->scopes, 3);
}

TEST(KeyRing, AnEqualSetKeepsTheGeneration) {
  key_ring ring;
  EXPECT_EQ(ring.generation(), 0U);
  const auto key = make_key("a", 1, timestamp{1});
  ring.replace({key.record});
  EXPECT_EQ(ring.generation(), 1U);
  ring.replace({key.record});
  EXPECT_EQ(ring.generation(), 1U);
  ASSERT_TRUE(ring.find(key.text));
  EXPECT_EQ(ring.find(key.text)->name, "key:a");
  auto revoked = key.record;
  revoked.revoked_at = timestamp{2};
  ring.replace({revoked});
  EXPECT_EQ(ring.generation(), 2U);
  EXPECT_FALSE(ring.find(key.text));
}

}  // namespace
}  // namespace headroom::http::test
