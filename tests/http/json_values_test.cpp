#include "http/json_values.hpp"

#include <map>

#include "http/documents.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

TEST(JsonValues, WhateverAnOutsiderSaidStaysItsText) {
  for (const auto& text :
       {std::string{"plain"}, std::string{"\"quoted\" \\ back"},
        std::string{"line\nfeed\ttab\x01\x7f"}, std::string("nul\0x", 5), std::string{"é € 𝄞"}})
    EXPECT_EQ(json::parse(to_text(json(text))), text);
}

TEST(JsonValues, BrokenUtf8IsReplacedAndNeverThrows) {
  for (const std::string_view broken :
       {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    const auto text = to_text(object({{"failure", broken}, {"behind", 1}}));
    const auto read = json::parse(text, nullptr, false);
    ASSERT_TRUE(read.is_object()) << broken;
    EXPECT_NE(read["failure"].get<std::string>().find("\xef\xbf\xbd"), std::string::npos) << text;
    EXPECT_EQ(read["behind"], 1);
  }
  EXPECT_TRUE(json::accept(to_text(object({{"\xff", "a broken name"}}))));
}

TEST(JsonValues, AmountsAreWrittenAsTheDomainDoes) {
  for (const std::int64_t micro : {0L, 1L, 10L, 100L, 120'000L, 999'999L, 1'000'000L, 25'370'000L,
                                   123'456'789L, -1L, -1'500'000L, INT64_MAX, INT64_MIN}) {
    const auto quoted = '"' + to_string(usdc{micro}) + '"';
    EXPECT_EQ(to_text(value_of(usdc{micro})), quoted);
    EXPECT_EQ(to_text(value_of(share_amount{micro})), quoted);
  }
}

TEST(JsonValues, WhatIsNotSetIsNull) {
  EXPECT_EQ(to_text(value_of(timestamp{})), "null");
  EXPECT_EQ(to_text(value_of(timestamp{1'800'000'000'123'456})), R"("2027-01-15T08:00:00.123Z")");
  EXPECT_EQ(to_text(value_of(hash256{})), "null");
  hash256 one;
  one.bytes.back() = 1;
  EXPECT_EQ(to_text(value_of(one)), "\"0x" + std::string(63, '0') + "1\"");
  EXPECT_EQ(to_text(text_or_null("")), "null");
  EXPECT_EQ(to_text(text_or_null("a")), R"("a")");
  EXPECT_EQ(to_text(value_if(true, 1_usdc)), R"("1.00")");
  EXPECT_EQ(to_text(value_if(false, 1_usdc)), "null");
}

TEST(JsonValues, IntegersAreExactBeyondADouble) {
  EXPECT_EQ(to_text(value_of(std::uint64_t{UINT64_MAX})), "18446744073709551615");
  EXPECT_EQ(to_text(value_of(std::int64_t{INT64_MIN})), "-9223372036854775808");
  EXPECT_EQ(to_text(value_of(std::uint64_t{(1ULL << 53) + 1})), "9007199254740993");
  EXPECT_EQ(to_text(ratio(9'007'199'254'741'000'000)), "9007199254741");
}

TEST(JsonValues, RatiosAreNumbersOfMillionths) {
  const std::pair<std::int64_t, const char*> table[]{{0, "0"},
                                                     {1'000'000, "1"},
                                                     {-3'000'000, "-3"},
                                                     {500'000, "0.5"},
                                                     {333'333, "0.333333"},
                                                     {-1'250'000, "-1.25"},
                                                     {100, "0.0001"},
                                                     {12'345'678'901, "12345.678901"}};
  for (const auto& [millionths, text] : table) EXPECT_EQ(to_text(ratio(millionths)), text);
  for (std::int64_t k = -1'100; k <= 1'000'000; k += 37)
    EXPECT_EQ(json::parse(to_text(ratio(k))).get<double>(), static_cast<double>(k) / 1e6) << k;
}

TEST(JsonValues, FieldsStandInTheOrderTheyWereGivenIn) {
  const std::map<std::string, std::string> none;
  auto made = object({
      {"zebra", 25_usdc},
      {"none", json()},
      {"no_parts", none},
      {"empty", list_of(std::vector<int>{}, [](int n) { return n; })},
      {"list", list_of(std::vector{1_usdc, 2_usdc}, [](usdc a) { return to_string(a); })},
      {"inner", object({{"n", -7}, {"yes", true}})},
      {"a name that is longer than a short string's place", std::string_view{"x"}},
  });
  append(made, {{"ant", 1}, {"bee", "2"}});
  append(made, {});
  append(made, {{"cow", object({})}});
  EXPECT_EQ(to_text(made),
            R"({"zebra":"25.00","none":null,"no_parts":{},"empty":[],"list":["1.00","2.00"],)"
            R"("inner":{"n":-7,"yes":true},)"
            R"("a name that is longer than a short string's place":"x",)"
            R"("ant":1,"bee":"2","cow":{}})");
}

/// What is given by name stays its owner's; only what is given away is taken.
TEST(JsonValues, AFieldIsACopyOfWhatIsStillInUse) {
  const auto inner = object({{"n", 1}});
  auto text = std::string(40, 'x');
  const auto made = object({{"first", inner}, {"second", inner}, {"text", text}});
  EXPECT_EQ(to_text(inner), R"({"n":1})");
  EXPECT_EQ(text, std::string(40, 'x'));
  EXPECT_EQ(to_text(made),
            R"({"first":{"n":1},"second":{"n":1},"text":")" + std::string(40, 'x') + "\"}");
}

/// The records as the world reads them: names, order and nulls.
struct Records : testing::Test {
  plain_ethereum ethereum;
};

TEST_F(Records, OfABet) {
  EXPECT_EQ(
      to_text(bet_document(example_bet(bet_status::filled), ethereum)),
      R"({"bet_id":"11111111-1111-1111-1111-111111111111",)"
      R"("user_address":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)"
      R"("token_id":"123456789012345678901234567890","amount":"25.00","max_price":"0.60",)"
      R"("status":"filled","shares":"40.00","average_price":"0.50","spent":"20.00",)"
      R"("fee":"0.50","refunded":"4.50","order_hash":"0x22222222222222222222222222222222)"
      R"(22222222222222222222222222222222","failure":null,)"
      R"("deadline":"2027-01-15T08:00:00.000Z","created_at":"2027-01-15T08:00:00.000Z",)"
      R"("updated_at":"2027-01-15T08:00:00.000Z","result":null,"payout":null,"progress":null})");
  EXPECT_NE(to_text(bet_document(example_bet(bet_status::failed), ethereum))
                .find(R"("failure":"not enough \"liquidity\"")"),
            std::string::npos);
}

TEST_F(Records, OfADepositAndItsReceipt) {
  auto d = example_deposit(deposit_status::settling);
  d.failure = "slow";
  d.fee = 250'000_micro;
  d.payment.chain_id = 9745;
  d.payment.token.bytes.fill(0x77);
  const std::string hash = "\"0x" + std::string(64, '4') + '"';
  EXPECT_EQ(to_text(deposit_document(d, ethereum)),
            R"({"deposit_id":"33333333-3333-3333-3333-333333333333",)"
            R"("user_address":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","amount":"50.00",)"
            R"("fee":"0.25","credited":"49.75","network":"eip155:9745",)"
            R"("asset":"0x7777777777777777777777777777777777777777",)"
            R"("status":"settling","tx_hash":)" +
                hash +
                R"(,"failure":"slow","created_at":"2027-01-15T08:00:00.000Z",)"
                R"("credited_at":null,"updated_at":"2027-01-15T08:00:00.000Z",)"
                R"("conversion_id":null,"waiting":null})");
  EXPECT_EQ(to_text(receipt_document(d)),
            R"({"deposit_id":"33333333-3333-3333-3333-333333333333","amount":"50.00",)"
            R"("fee":"0.25","credited":"49.75","status":"settling","tx_hash":)" +
                hash + R"(,"failure":"slow","credited_at":null,"waiting":null})");
  d.conversion = example_conversion().id;
  d.credited_at = d.created_at;
  EXPECT_TRUE(
      to_text(deposit_document(d, ethereum))
          .ends_with(R"("conversion_id":"55555555-5555-5555-5555-555555555555","waiting":null})"));
  EXPECT_TRUE(
      to_text(receipt_document(d))
          .ends_with(R"("failure":null,"credited_at":"2027-01-15T08:00:00.000Z","waiting":null})"));
  EXPECT_TRUE(to_text(receipt_document(d, "why")).ends_with(R"("waiting":"why"})"));
}

TEST_F(Records, OnlyAPendingDepositSaysWhatHoldsItsCredit) {
  actors::credit_holds holds;
  auto d = example_deposit(deposit_status::pending);
  EXPECT_EQ(waiting_of(d, holds), "");
  holds.hold({d.payment.chain_id, d.payment.token}, "no price");
  EXPECT_EQ(waiting_of(d, holds), "no price");
  d.status = deposit_status::converting;
  EXPECT_EQ(waiting_of(d, holds), "");
  d.status = deposit_status::pending;
  d.payment.chain_id = 137;
  EXPECT_EQ(waiting_of(d, holds), "") << "another source";
  holds.release({9745, d.payment.token});
}

TEST_F(Records, OfAConversion) {
  auto c = example_conversion();
  const std::string sent = "\"0x" + std::string(64, '6') + '"';
  const auto text = to_text(conversion_document(c, ethereum));
  const auto progress = to_text(conversion_progress_document(c));
  EXPECT_EQ(
      text, R"({"conversion_id":"55555555-5555-5555-5555-555555555555","status":"running",)"
            R"("route":"oft_uniswap","steps":[{"name":"bridge","state":"done",)"
            R"("amount_in":"50.00","amount_out":"49.00","tx_hash":)" +
                sent +
                R"(,"attempt":1,"detail":"guid","started_at":"2027-01-15T08:00:00.000Z",)"
                R"("finished_at":"2027-01-15T08:00:00.000Z","transactions":[)"
                R"({"purpose":"bridge","chain_id":9745,"tx_hash":)" +
                sent +
                R"(,"nonce":7,"attempt":0,"status":"confirmed","block_number":12,"fee_wei":null,)"
                R"("created_at":"2027-01-15T08:00:00.000Z"},)"
                R"({"purpose":"bridge","chain_id":9745,"tx_hash":"0x)" +
                [] {
                  std::string bumped;
                  for (int i = 0; i < 32; ++i) bumped += "67";
                  return bumped;
                }() +
                R"(","nonce":7,"attempt":0,"status":"stored","block_number":null,"fee_wei":null,)"
                R"("created_at":"2027-01-15T08:00:00.000Z"}]},)"
                R"({"name":"swap","state":"in_flight","amount_in":"49.00","amount_out":null,)"
                R"("tx_hash":null,"attempt":1,"detail":null,)"
                R"("started_at":"2027-01-15T08:00:00.000Z","finished_at":null,)"
                R"("transactions":[]}],"amount":"50.00","received":"0.00","loss":"0.00",)"
                R"("attempts":0,"failure":null,)"
                R"("deposits":["33333333-3333-3333-3333-333333333333"],)"
                R"("created_at":"2027-01-15T08:00:00.000Z",)"
                R"("updated_at":"2027-01-15T08:00:00.000Z","completed_at":null,)"
                R"("source":{"network":"eip155:9745","chain_id":9745,)"
                R"("token":"0x7777777777777777777777777777777777777777"},)"
                R"("expected":"49.50","expected_seconds":60,)"
                R"("choice":"the cheapest of 2","order":null,"replaced_by":null})");
  EXPECT_TRUE(text.starts_with(progress.substr(0, progress.size() - 1) + ",\"amount\""));
}

TEST_F(Records, OfTheBuffer) {
  auto s = example_buffer();
  EXPECT_EQ(to_text(buffer_document(s)),
            R"({"buffer_id":"global","usdc_balance":"9000.00","available":"8990.00",)"
            R"("reserve":"0.00","min_buffer_size":"10000.00","max_buffer_size":null,)"
            R"("total_deposited":"12000.00","total_withdrawn":"4000.00",)"
            R"("utilization_rate":0.333333,"is_low":true,"recommended_min_size":"500.00",)"
            R"("last_replenished_at":null,"updated_at":"2027-01-15T08:00:00.000Z",)"
            R"("forecast":{"level":"low","low":"10000.00","target":"20000.00",)"
            R"("high":"40000.00","outflow_per_hour":"36.00","outflow_day":"500.00",)"
            R"("arriving":"50.00","arrived_day":"240.00","seconds_to_low":0,)"
            R"("seconds_to_empty":899000,"slowest_route_seconds":3600,)"
            R"("recommended_by_outflow":"36.00"}})");
  s.row.has_max = true;
  EXPECT_NE(to_text(buffer_document(s)).find(R"("max_buffer_size":"0.00")"), std::string::npos);
}

TEST_F(Records, OfAPage) {
  EXPECT_EQ(to_text(page_document("bets", json::array(), "")), R"({"bets":[],"next_cursor":null})");
  EXPECT_EQ(to_text(page_document("bets", json::array({1}), "c")),
            R"({"bets":[1],"next_cursor":"c"})");
}

}  // namespace
}  // namespace headroom::http::test
