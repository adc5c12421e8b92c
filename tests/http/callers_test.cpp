#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <set>
#include <sstream>

#include "http/caller_rates.hpp"
#include "http/request_id.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Who asked, and how often: request ids, what is logged of refusals and operators' acts, rates.
class Callers : public house {
 protected:
  Callers() : before_{spdlog::default_logger()} {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_);
    auto logger = std::make_shared<spdlog::logger>("callers", sink);
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(std::move(logger));
  }
  ~Callers() override {
    web.reset();  // no thread logs any more
    spdlog::set_default_logger(before_);
  }
  /// The lines of one event so far.
  std::vector<std::string> logged(const std::string& event) {
    web->stop();
    std::vector<std::string> out;
    std::istringstream in{lines_.str()};
    for (std::string line; std::getline(in, line);)
      if (line.find(" " + event + " ") != std::string::npos) out.push_back(line);
    return out;
  }
  static bool has(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
  }

 private:
  std::ostringstream lines_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST_F(Callers, EveryAnswerHasARequestId) {
  start();
  std::set<std::string> seen;
  for (const auto* path : {"/healthz", "/nothing", "/bets", "/buffer/status", "/healthz"})
    seen.insert(get(path).header("request-id"));
  client c{web->port()};
  c.send("nonsense\r\n\r\n");
  seen.insert(c.receive()->header("request-id"));
  EXPECT_EQ(seen.size(), 6U) << "each another";
  for (const auto& id : seen) EXPECT_TRUE(is_request_id(id)) << id;
}

TEST_F(Callers, ACallersOwnIdComesBackWhenItIsWellFormed) {
  start();
  const auto sent = [&](const header_list& headers) {
    return ask("GET", "/healthz", headers).header("request-id");
  };
  const std::vector<std::string> good{"a", "7f1c-22", "req_1.2/3:4=5@x~+", std::string(128, 'x')};
  for (const auto& id : good) EXPECT_EQ(sent({{"Request-Id", id}}), id);
  const std::vector<std::string> bad{
      "", "two words", "quo\"te", "semi;colon", "caf\xc3\xa9", std::string(129, 'x'), "a,b"};
  for (const auto& id : bad) EXPECT_EQ(sent({{"Request-Id", id}}).size(), 16U) << id;
  EXPECT_EQ(sent({{"Request-Id", "a"}, {"Request-Id", "b"}}).size(), 16U);
}

TEST_F(Callers, RefusalsAreLoggedOncePerCauseWithTheirId) {
  start();
  for (int i = 0; i < 20; ++i) {
    ask("GET", "/bets", {{"Request-Id", "anonymous-" + std::to_string(i)}});
    ask("GET", "/bets", {{"Authorization", "Bearer nonsense"}});
    get("/audit/solvency", trade_key.text);
    get("/audit/solvency", inspect_key.text);
  }
  const auto lines = logged("http.refused");
  ASSERT_EQ(lines.size(), 4U) << "no key, a wrong key, and two keys without the scope";
  EXPECT_TRUE(
      has(lines[0], "warning http.refused status=401 code=unauthorized caller=- method=GET"));
  EXPECT_TRUE(has(lines[0], "path=/bets") && has(lines[0], "request_id=anonymous-0")) << lines[0];
  EXPECT_TRUE(has(lines[2], "status=403") && has(lines[2], "caller=key:trader")) << lines[2];
  EXPECT_TRUE(has(lines[3], "caller=key:inspector")) << lines[3];
  for (const auto& line : lines) EXPECT_FALSE(has(line, "nonsense")) << "no secret is shown";
}

TEST_F(Callers, EveryActOfAnOperatorIsLogged) {
  start();
  auto headers = bearer(admin_key.text);
  headers.emplace_back("Idempotency-Key", "r-1");
  headers.emplace_back("Request-Id", "act-1");
  for (int i = 0; i < 2; ++i)
    ask("POST", "/buffer/replenish", headers, R"({"amount":"10","reference":"wire"})");
  ask("PATCH", "/buffer", headers, R"({"min_buffer_size":"-1"})");
  ask("PATCH", "/buffer", bearer(read_key.text), "{}");
  const auto lines = logged("http.operators_act");
  ASSERT_EQ(lines.size(), 3U) << "also when it was refused, but not by whom may not";
  EXPECT_TRUE(has(lines[0],
                  "info http.operators_act caller=key:admin method=POST "
                  "path=/buffer/replenish status=200 request_id=act-1"))
      << lines[0];
  EXPECT_TRUE(has(lines[2], "method=PATCH path=/buffer status=400")) << lines[2];
}

TEST_F(Callers, AFailureOfOursIsLoggedWithItsIdAndOncePerCause) {
  says.find_bet = []() -> caf::result<bet> { return make_error(errc::internal, "broken so"); };
  start();
  for (int i = 0; i < 5; ++i)
    ask("GET", "/bets/11111111-1111-1111-1111-111111111111",
        {{"Authorization", "Bearer " + read_key.text}, {"Request-Id", "mine"}});
  const auto lines = logged("http.internal");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(has(lines[0], "request_id=mine")) << lines[0];
}

// -- rates ---------------------------------------------------------------------------------------

TEST(RateBucket, LetsABurstThroughAndThenItsRate) {
  rate_bucket b;
  const rate allowed{10, 5};
  const rate_bucket::clock::time_point start{std::chrono::hours{1}};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(b.take(allowed, start), milliseconds{0}) << i;
  EXPECT_EQ(b.take(allowed, start), milliseconds{100});
  EXPECT_EQ(b.take(allowed, start + milliseconds{60}), milliseconds{40}) << "a refusal costs none";
  EXPECT_EQ(b.take(allowed, start + milliseconds{100}), milliseconds{0});
  EXPECT_EQ(b.take(allowed, start + milliseconds{199}), milliseconds{1});
  EXPECT_FALSE(b.is_full(start + milliseconds{599}));
  EXPECT_TRUE(b.is_full(start + milliseconds{600}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(b.take(allowed, start + seconds{9}), milliseconds{0});
  EXPECT_NE(b.take(allowed, start + seconds{9}), milliseconds{0}) << "rest is not saved up";
}

TEST(RateTable, IsBoundedAndForgetsWhoRested) {
  rate_table table{{1, 10}};
  const rate_bucket::clock::time_point start{std::chrono::hours{1}};
  for (std::size_t i = 0; i < 2 * rate_table::most_callers; ++i)
    EXPECT_EQ(
        table.of("busy-" + std::to_string(i), start)->take(table.allowed(), start).count() >= 0,
        true);
  EXPECT_LE(table.size(), rate_table::most_callers);
  EXPECT_EQ(table.of("busy-0", start), table.of("busy-0", start));
  const auto later = start + seconds{100};
  const auto fresh = table.of("fresh", later);
  EXPECT_EQ(fresh->take(table.allowed(), later), seconds{0});
}

TEST_F(Callers, AKeyThatAsksTooOftenIsToldWhen) {
  settings.key_rate = {1, 3};
  start();  // asks with the inspect key
  int served = 0;
  reply refused;
  for (int i = 0; i < 10; ++i) {
    const auto r = get("/bets", read_key.text);
    if (r.status == 200) ++served;
    if (r.status == 429) refused = r;
  }
  EXPECT_GE(served, 3);
  expect_problem(refused, 429, "rate_limited");
  EXPECT_EQ(refused.header("ratelimit-policy"), "\"key\";q=3;w=3");
  EXPECT_TRUE(refused.header("ratelimit").starts_with("\"key\";r=0;t="));
  EXPECT_FALSE(refused.header("retry-after").empty());
  EXPECT_EQ(get("/bets", trade_key.text).status, 200) << "another key has its own";
  EXPECT_EQ(get("/buffer/status").status, 200) << "strangers' reads have none";
}

TEST_F(Callers, ARouteThatLooksAtItsKeyTwiceCountsOnce) {
  settings.key_rate = {1, 2};
  start();
  const auto bet =
      R"({"user_address":")" + user_text + R"(","token_id":"7","amount":"25","max_price":"0.5"})";
  EXPECT_EQ(post_bet(bet, "a").status, 201);
  EXPECT_EQ(post_bet(bet, "b").status, 201);
}

TEST_F(Callers, AUserWhoSignsTooOftenIsToldWhen) {
  settings.signer_rate = {1, 2};
  start();
  const auto place = [&](const address& signer, const std::string& key) {
    actors::bet_intent intent{signer, *uint256::parse_decimal("7"), 25_usdc, 500'000_micro,
                              key,    now().seconds() + 60};
    const auto body = nlohmann::json{{"user_address", signer.hex()},
                                     {"token_id", "7"},
                                     {"amount", "25"},
                                     {"max_price", "0.5"},
                                     {"deadline", to_rfc3339(now().plus(seconds{60}))},
                                     {"signature", ethereum.sign(intent, signer)}};
    return ask("POST", "/bets", {{"Idempotency-Key", key}}, body.dump());
  };
  std::vector<int> statuses;
  for (int i = 0; i < 6; ++i) statuses.push_back(place(user, "s-" + std::to_string(i)).status);
  EXPECT_EQ(std::vector<int>(statuses.begin(), statuses.begin() + 2), (std::vector<int>{201, 201}));
  EXPECT_GE(std::count(statuses.begin(), statuses.end(), 429), 1);
  const auto other = *address::parse("0x" + std::string(40, 'b'));
  const auto r = place(other, "o");
  EXPECT_EQ(r.status, 201) << "another user has their own";
  EXPECT_EQ(r.header("location"), "") << "who signs has no key to read there";
}

}  // namespace
}  // namespace headroom::http::test
