#include "chain/treasury/okx_api.hpp"

#include <gtest/gtest.h>

#include "net/json.hpp"

namespace headroom::test {
namespace {

namespace okx = chain::okx;
using nlohmann::json;
using okx::verdict;

/// Made with Node's crypto: base64(HMAC-SHA256).
TEST(OkxApi, ARequestIsSignedOverTimeMethodTargetAndBody) {
  EXPECT_EQ(okx::signature("22582BD0CFF14C41EDBF1AB98506286D", "2020-12-08T09:08:57.715Z", "GET",
                           "/api/v5/account/balance?ccy=BTC", ""),
            "HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY=");
  const auto r =
      okx::signed_request("https://okx", {"k", "s", "p"}, timestamp::of_seconds(1'800'000'000),
                          "POST", "/api/v5/x", "{}");
  EXPECT_EQ(r.url, "https://okx/api/v5/x");
  EXPECT_EQ(r.headers[2].second, "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(r.headers[1].second,
            okx::signature("s", r.headers[2].second, "POST", "/api/v5/x", "{}"));
}

net::http_result answered(unsigned status, std::string body) {
  net::http_result r;
  r.outcome = net::http_outcome::answered;
  r.status = status;
  r.body = std::move(body);
  return r;
}

TEST(OkxApi, AnswersAreClassifiedByWhetherSomethingMayHaveHappened) {
  struct row {
    unsigned status;
    const char* body;
    verdict is;
    const char* code;
  };
  const row table[] = {
      {200, R"({"code":"0","msg":"","data":[]})", verdict::done, "0"},
      {200, R"({"code":"0","msg":""})", verdict::unknown, "0"},
      {200, "<html>", verdict::unknown, "200"},
      {200, R"({"code":"58350","msg":"Insufficient balance","data":[]})", verdict::refused,
       "58350"},
      {200, R"({"code":"1","msg":"","data":[{"sCode":"51008","sMsg":"no"}]})", verdict::refused,
       "51008"},
      {200, R"({"code":"1","msg":"","data":[{"sCode":"51016","sMsg":"exists"}]})", verdict::unknown,
       "51016"},
      {400, R"({"code":"51000","msg":"Parameter clientId error","data":[]})", verdict::unknown,
       "51000"},
      {400, R"({"code":"51000","msg":"Parameter amt error","data":[]})", verdict::refused, "51000"},
      {400, R"({"code":"50004","msg":"timeout","data":[]})", verdict::unknown, "50004"},
      {429, R"({"code":"50011","msg":"Too Many Requests","data":[]})", verdict::refused, "50011"},
      {429, "", verdict::refused, "429"},
      {401, R"({"code":"50110","msg":"IP","data":[]})", verdict::refused, "50110"},
      {403, "<html>", verdict::unknown, "403"},
      {500, R"({"code":"50026","msg":"","data":[]})", verdict::unknown, "50026"},
      {503, R"({"code":"50001","msg":"","data":[]})", verdict::unknown, "50001"},
      {504, "", verdict::unknown, "504"},
  };
  for (const auto& r : table) {
    const auto a = okx::read_answer(answered(r.status, r.body));
    EXPECT_EQ(a.is, r.is) << r.status << " " << r.body;
    EXPECT_EQ(a.code, r.code) << r.status << " " << r.body;
    EXPECT_EQ(a.not_us, a.code == "50110") << r.body;
  }
  net::http_result none;
  EXPECT_EQ(okx::read_answer(none).is, verdict::refused) << "no byte has left us";
  none.outcome = net::http_outcome::maybe_sent;
  EXPECT_EQ(okx::read_answer(none).is, verdict::unknown);
}

TEST(OkxApi, StatesAreWhatTheyMeanForTheMoney) {
  using word = okx::withdrawal_word;
  for (const int state : {-3, 0, 1, 7, 10}) EXPECT_EQ(okx::word_of(state), word::on_its_way);
  EXPECT_EQ(okx::word_of(2), word::sent);
  for (const int state : {-2, -1}) EXPECT_EQ(okx::word_of(state), word::ended_unpaid);
  for (const int state : {3, 4, 5, 6, 8, 9, 12, 15, 16, 17, 99})
    EXPECT_EQ(okx::word_of(state), word::reviewed) << state;
  for (const char* state : {"", "8", "11", "12", "13", "14", "17", "22"})
    EXPECT_EQ(okx::deposit_word_of(state), okx::deposit_word::reviewed) << state;
}

TEST(OkxApi, AnOrdersOutcomeIsRoundedAgainstUs) {
  const auto of = [](json row) {
    row["clOrdId"] = "a";
    return okx::find_order(json::array({std::move(row)}), "a");
  };
  const auto o = of({{"state", "filled"},
                     {"accFillSz", "10.00000099"},
                     {"avgPx", "1.00010000001"},
                     {"fee", "-0.0010000001"},
                     {"feeCcy", "USDC"}});
  ASSERT_TRUE(o);
  EXPECT_TRUE(o->ended);
  EXPECT_EQ(o->bought, 9'998'999_micro) << "less the fee, rounded up";
  EXPECT_EQ(o->spent, 10'001'010_micro) << "the price rounded up, then the sum";
  EXPECT_FALSE(of({{"state", "live"}, {"accFillSz", "0"}, {"avgPx", ""}, {"fee", ""}})->ended);
  EXPECT_EQ(of({{"state", "canceled"}, {"accFillSz", "1"}, {"avgPx", "1"}, {"fee", "0.5"}})->bought,
            1_usdc)
      << "a rebate is not counted on";
  EXPECT_EQ(of({{"state", "filled"},
                {"accFillSz", "1"},
                {"avgPx", "1"},
                {"fee", "-0.01"},
                {"feeCcy", "USDT"}})
                ->spent,
            1'010'000_micro);
  EXPECT_FALSE(of({{"state", "filled"}, {"accFillSz", "x"}, {"avgPx", "1"}}));
  EXPECT_FALSE(okx::find_order(json::array(), "a"));
}

TEST(OkxApi, ABooksPriceIsThatOfAllTheLevelsAnOrderMeets) {
  const auto of = [](json asks, usdc amount) {
    return okx::price_of(json::array({{{"asks", std::move(asks)}}}), amount);
  };
  const json asks =
      json::array({json::array({"1", "10", "0", "1"}), json::array({"1.25", "100", "0", "1"})});
  EXPECT_EQ(of(asks, 10_usdc)->out, 10_usdc);
  EXPECT_EQ(of(asks, 20_usdc)->out, 18_usdc) << "10 at 1, 10 / 1.25 at 1.25";
  EXPECT_EQ(of(asks, 20_usdc)->best, 1_usdc);
  EXPECT_FALSE(of(asks, 136_usdc)) << "more than the book that was shown";
  EXPECT_FALSE(of(json::array({json::array({"0", "10"})}), 1_usdc));
  EXPECT_FALSE(okx::price_of(json::array(), 1_usdc));
}

}  // namespace
}  // namespace headroom::test
