#include "http/fields.hpp"
#include "http/problem.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

/// Every field of every route, wrong in every way: 400 that names the field, and nothing happens.
class BadInput : public house {
 protected:
  void nothing_happened() {
    const std::lock_guard lock{says.mutex};
    EXPECT_TRUE(says.placed.empty());
    EXPECT_TRUE(says.paid.empty());
  }
};

const json good_bet{{"user_address", "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
                    {"token_id", "123"},
                    {"amount", "25.00"},
                    {"max_price", "0.6"}};

json with(const json& base, const std::string& field, const json& value) {
  auto out = base;
  out[field] = value;
  return out;
}

const std::vector<json> wrong_types{nullptr,
                                    true,
                                    25,
                                    25.5,
                                    -1,
                                    json::array(),
                                    json::object(),
                                    json::array({"25"}),
                                    json{{"deep", json{{"er", 1}}}}};
const std::vector<std::string> wrong_amounts{"",
                                             "-1",
                                             "-0.01",
                                             "+1",
                                             "0",
                                             "0.000000",
                                             "1.0000001",
                                             "25,5",
                                             "1e3",
                                             "0x10",
                                             " 1",
                                             "1 ",
                                             "01",
                                             ".5",
                                             "5.",
                                             "NaN",
                                             "99999999999999",
                                             "9223372036854.775808",
                                             "1.2.3",
                                             "\xd9\xa1"};

TEST_F(BadInput, EveryFieldOfABet) {
  start();
  for (const auto& [field, good] : good_bet.items()) {
    auto missing = good_bet;
    missing.erase(field);
    expect_problem(post_bet(missing.dump()), 400, "invalid_field", field);
    for (const auto& wrong : wrong_types)
      expect_problem(post_bet(with(good_bet, field, wrong).dump()), 400, "invalid_field", field);
  }
  const std::pair<const char*, std::vector<std::string>> values[]{
      {"amount", wrong_amounts},
      {"max_price", {"", "0", "1", "1.5", "-0.5", "0.1234567", "0,5", "abc", "1e-1", ".5"}},
      {"token_id",
       {"", "0", "-1", "1.5", "0x12", "01", " 1", "abc",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936"}},
      {"user_address",
       {"", "0x", "0x123", std::string(40, 'a'), "0x" + std::string(40, 'g'),
        "0x" + std::string(41, 'a'), "0X" + std::string(40, 'a')}},
      {"deadline",
       {"", "tomorrow", "1800000000", "2027-01-15", "2027-01-15T08:00:00", "2027-13-01T00:00:00Z",
        "2027-01-15 08:00:00Z", "2027-01-16T08:00:01Z", "9999-12-31T23:59:59Z"}},
  };
  for (const auto& [field, list] : values)
    for (const auto& wrong : list)
      expect_problem(post_bet(with(good_bet, field, wrong).dump()), 400, "invalid_field", field);
  for (const auto& wrong : wrong_types)
    for (const auto* field : {"deadline", "signature"})
      expect_problem(post_bet(with(good_bet, field, wrong).dump()), 400, "invalid_field", field);
  nothing_happened();
}

TEST_F(BadInput, AWrongChecksumIsCalledThat) {
  start();
  const auto mixed = "0xA" + std::string(39, 'a');
  const auto r = post_bet(with(good_bet, "user_address", mixed).dump());
  expect_problem(r, 400, "invalid_field", "user_address");
  EXPECT_NE(r.json()["detail"].get<std::string>().find("checksum"), std::string::npos);
  for (const auto* path : {"/balance", "/buffer/max-bet", "/deposits", "/bets"})
    expect_problem(get(std::string{path} + "?user_address=" + mixed, read_key.text), 400,
                   "invalid_field", "user_address");
}

TEST_F(BadInput, UnknownAndRepeatedFieldsAreNamed) {
  start();
  expect_problem(post_bet(with(good_bet, "amout", "1").dump()), 400, "invalid_field", "amout");
  const auto twice = R"({"amount":"1.00","amount":"2.00"})";
  expect_problem(post_bet(twice), 400, "invalid_field", "amount");
  expect_problem(ask("POST", "/deposit", {}, twice), 400, "invalid_field", "amount");
  nothing_happened();
}

TEST_F(BadInput, WhatIsNotOneJsonObject) {
  start();
  const std::string deep(20'000, '[');
  for (const auto& body :
       {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"null"}, std::string{"25"},
        std::string{"\"x\""}, std::string{"{} {}"}, std::string{"{\"amount\":}"},
        std::string{"{'amount':'1'}"}, std::string{"{\"amount\":\"1\",}"},
        std::string{"{\"amount\":\"\xff\"}"}, deep, std::string{"{\"amount\":1e999}"}}) {
    expect_problem(post_bet(body), 400, "bad_request");
    if (body.empty()) continue;  // that asks for the least that can be paid
    expect_problem(ask("POST", "/deposit", {}, body), 400, "bad_request");
  }
  nothing_happened();
}

TEST_F(BadInput, EveryFieldOfADeposit) {
  settings.deposit_min = 1_usdc;
  settings.deposit_max = 1000_usdc;
  start();
  expect_problem(ask("POST", "/deposit", {}, "{}"), 400, "invalid_field", "amount");
  auto all = wrong_amounts;
  all.insert(all.end(), {"0.999999", "1000.000001"});
  for (const auto& wrong : all)
    expect_problem(ask("POST", "/deposit", {}, json{{"amount", wrong}}.dump()), 400,
                   "invalid_field", "amount");
  for (const auto& wrong : wrong_types)
    expect_problem(ask("POST", "/deposit", {}, json{{"amount", wrong}}.dump()), 400,
                   "invalid_field", "amount");
  nothing_happened();
}

TEST_F(BadInput, EveryFieldOfTheOperatorsRequests) {
  start();
  auto headers = bearer(admin_key.text);
  headers.emplace_back("Idempotency-Key", "r-1");
  const json good{{"amount", "10.00"}, {"reference", "wire 7"}};
  const auto replenish = [&](const json& body) {
    return ask("POST", "/buffer/replenish", headers, body.dump());
  };
  EXPECT_EQ(replenish(good).status, 200);
  for (const auto& wrong : wrong_amounts)
    expect_problem(replenish(with(good, "amount", wrong)), 400, "invalid_field", "amount");
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "\xc3\xa9";  // 200 characters, 400 bytes
  EXPECT_EQ(replenish(with(good, "reference", accents)).status, 200);
  for (const auto& wrong :
       {std::string{}, std::string(201, 'x'), std::string{"a\nb"}, accents + "\xc3\xa9"})
    expect_problem(replenish(with(good, "reference", wrong)), 400, "invalid_field", "reference");
  for (const auto& wrong : wrong_types)
    expect_problem(replenish(with(good, "reference", wrong)), 400, "invalid_field", "reference");
  expect_problem(replenish({{"amount", "10.00"}}), 400, "invalid_field", "reference");

  const auto patch = [&](const std::string& body) {  // the key is welcome, as on every mutation
    return ask("PATCH", "/buffer", headers, body);
  };
  for (const auto* field : {"min_buffer_size", "max_buffer_size"})
    for (const auto* value : {"-1", "0.0000001", "9223372036854.775808", "1e3", "", "1,5"})
      expect_problem(patch("{\"" + std::string{field} + "\":\"" + value + "\"}"), 400,
                     "invalid_field", field);
  EXPECT_EQ(patch(R"({"min_buffer_size":"9223372036854.775807"})").status, 200);
  EXPECT_EQ(patch(R"({"max_buffer_size":"9223372036854.775807"})").status, 200);
  expect_problem(patch("{}"), 400, "bad_request");
  expect_problem(patch(R"({"min_buffer_size":null})"), 400, "invalid_field", "min_buffer_size");
  expect_problem(patch(R"({"min_buffer_size":"-1"})"), 400, "invalid_field", "min_buffer_size");
  expect_problem(patch(R"({"max_buffer_size":"0"})"), 400, "invalid_field", "max_buffer_size");
  expect_problem(patch(R"({"max_buffer_size":7})"), 400, "invalid_field", "max_buffer_size");
  expect_problem(patch(R"({"min_buffer_size":"2","max_buffer_size":"1"})"), 400, "invalid_field",
                 "max_buffer_size");
}

TEST_F(BadInput, NoParametersWhereThereAreNone) {
  start();
  auto admin = bearer(admin_key.text);
  admin.emplace_back("Idempotency-Key", "k");
  auto trader = bearer(trade_key.text);
  trader.emplace_back("Idempotency-Key", "k");
  const auto bet =
      R"({"user_address":")" + user_text + R"(","token_id":"1","amount":"1","max_price":"0.5"})";
  expect_problem(ask("POST", "/bets?dry_run=1", trader, bet), 400, "invalid_field", "dry_run");
  expect_problem(ask("POST", "/buffer/replenish?x=1", admin, R"({"amount":"1","reference":"x"})"),
                 400, "invalid_field", "x");
  expect_problem(ask("PATCH", "/buffer?x", admin, R"({"min_buffer_size":"1"})"), 400,
                 "invalid_field", "x");
  expect_problem(ask("POST", "/deposit?x=1", {}, R"({"amount":"50"})"), 400, "invalid_field", "x");
  const std::lock_guard lock{says.mutex};
  EXPECT_TRUE(says.placed.empty());
}

TEST_F(BadInput, ARepeatedPaymentHeaderIsRefused) {
  start();
  for (const std::string name : {"PAYMENT-SIGNATURE", "X-PAYMENT"})
    expect_problem(ask("POST", "/deposit", {{name, "a"}, {name, "b"}}, R"({"amount":"50"})"), 400,
                   "invalid_field", name);
  EXPECT_EQ(ask("POST", "/deposit", {{"X-PAYMENT", "a"}}, R"({"amount":"50"})").status, 201);
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(says.paid.size(), 1U);
}

TEST_F(BadInput, QueriesAndPaths) {
  start();
  const struct {
    std::string target;
    const char* field;
  } table[]{
      {"/balance", "user_address"},
      {"/balance?user_address=", "user_address"},
      {"/balance?user_address=0x12", "user_address"},
      {"/balance?user_address=%zz", "user_address"},
      {"/balance?user_address=" + user_text + "&user_address=" + user_text, "user_address"},
      {"/balance?user_address=" + user_text + "&x=1", "x"},
      {"/buffer/max-bet", "user_address"},
      {"/buffer/max-bet?User_address=" + user_text, "User_address"},
      {"/buffer/status?x", "x"},
      {"/deposits", "user_address"},
      {"/deposits?user_address=" + user_text + "&limit=0", "limit"},
      {"/deposits/42", "id"},
      {"/deposits/33333333-3333-3333-3333-33333333333g", "id"},
      {"/bets?status=won", "status"},
      {"/bets?limit=0", "limit"},
      {"/bets?limit=201", "limit"},
      {"/bets?limit=-1", "limit"},
      {"/bets?limit=4294967297", "limit"},
      {"/bets?cursor=", "cursor"},
      {"/bets?cursor=" + std::string(201, 'c'), "cursor"},
      {"/bets/11111111111111111111111111111111", "id"},
      {"/bets/11111111-1111-1111-1111-111111111111?x=1", "x"},
      {"/conversions?limit=x", "limit"},
      {"/conversions/nope", "id"},
      {"/conversions/metrics?x=1", "x"},
      {"/routes?x=1", "x"},
      {"/pricing?x=1", "x"},
      {"/pricing?days=0", "days"},
      {"/inspector/bets/x/timeline", "id"},
      {"/inspector/bets/11111111-1111-1111-1111-111111111111/timeline?limit=0", "limit"},
      {"/inspector/bets/11111111-1111-1111-1111-111111111111/timeline?limit=1001", "limit"},
      {"/inspector/bets/11111111-1111-1111-1111-111111111111/timeline?cursor=%20", "cursor"},
      {"/inspector/bets/11111111-1111-1111-1111-111111111111/timeline?x=1", "x"},
      {"/pricing?days=367", "days"},
      {"/audit/solvency?x=1", "x"},
      {"/inspector/actors?limit=201", "limit"},
      {"/inspector/actors?sort=name", "sort"},
      {"/inspector/actors?window=61", "window"},
      {"/inspector/actors?find=zz", "find"},
      {"/inspector/actors?find=0x12", "find"},
      {"/inspector/actors?cursor=age.1.1", "cursor"},
      {"/inspector/actors?sort=age&cursor=age.1", "cursor"},
      {"/inspector/actors?shard=1", "shard"},
      {"/inspector/stream?seconds=1", "limit"},
      {"/inspector/stream?limit=1", "seconds"},
      {"/inspector/stream?limit=10001&seconds=1", "limit"},
      {"/inspector/stream?limit=1&seconds=301", "seconds"},
  };
  for (const auto& row : table)
    expect_problem(get(row.target, full_key.text), 400, "invalid_field", row.field);
}

TEST_F(BadInput, IdempotencyKeys) {
  start();
  const auto body = good_bet.dump();
  expect_problem(post_bet(body, ""), 400, "idempotency_key_required");
  expect_problem(post_bet(body, std::string(129, 'k')), 400, "invalid_field", "Idempotency-Key");
  expect_problem(post_bet(body, "two words"), 400, "invalid_field", "Idempotency-Key");
  auto headers = bearer(trade_key.text);
  headers.emplace_back("Idempotency-Key", "a");
  headers.emplace_back("idempotency-key", "b");
  expect_problem(ask("POST", "/bets", headers, body), 400, "invalid_field", "Idempotency-Key");
  expect_problem(
      ask("POST", "/buffer/replenish", bearer(admin_key.text), R"({"amount":"1","reference":"x"})"),
      400, "idempotency_key_required");
  nothing_happened();
  EXPECT_EQ(post_bet(body, std::string(128, 'k')).status, 201);
}

TEST_F(BadInput, MethodsAreNamed) {
  start();
  const struct {
    const char* method;
    const char* path;
    const char* allow;
  } table[]{
      {"POST", "/balance", "GET, HEAD, OPTIONS"}, {"DELETE", "/bets", "POST, GET, HEAD, OPTIONS"},
      {"PUT", "/buffer", "PATCH, OPTIONS"},       {"GET", "/deposit", "POST, OPTIONS"},
      {"PATCH", "/bets/x", "GET, HEAD, OPTIONS"}, {"BREW", "/healthz", "GET, HEAD, OPTIONS"},
  };
  for (const auto& row : table) {
    const auto r = ask(row.method, row.path);
    expect_problem(r, 405, "method_not_allowed");
    EXPECT_EQ(r.header("allow"), row.allow);
  }
  const auto options = ask("OPTIONS", "/bets");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("allow"), "POST, GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace headroom::http::test
