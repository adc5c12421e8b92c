#include "chain/polymarket/answers.hpp"

#include <gtest/gtest.h>

namespace headroom::chain::polymarket {
namespace {

const auto hash =
    hash256::parse("0x99a0ef97db6e6e08316abe546cae7a87fd948f563b00e45c0cb20d1e200b247c").value();

post_answer judge(unsigned status, std::string_view body, std::string_view retry_after = "") {
  return read_post_answer({status, body, retry_after, 1'800'000'000}, hash);
}

std::string ok(std::string_view status, std::string_view error = "",
               std::string_view success = "true", std::string_view id = "") {
  return "{\"success\":" + std::string{success} + ",\"errorMsg\":\"" + std::string{error} +
         "\",\"orderID\":\"" + (id.empty() ? hash.hex() : std::string{id}) + "\",\"status\":\"" +
         std::string{status} + "\",\"makingAmount\":\"\",\"takingAmount\":\"\"}";
}

std::string refusal(std::string_view text) { return "{\"error\":\"" + std::string{text} + "\"}"; }

TEST(CancelAnswer, OnlyWholeReasonsThatWeKnowEndAnOrder) {
  const auto because = [](const std::string& reason, const std::string& id = hash.hex()) {
    return read_cancel_answer(
        200, R"({"canceled":[],"not_canceled":{")" + id + R"(":")" + reason + "\"}}", hash);
  };
  for (const auto* gone :
       {"order not found", "already canceled or matched",
        "order can't be found - already canceled or matched", "order can't be canceled: canceled",
        "order can't be canceled: killed", "order can't be canceled: refused",
        "order can't be canceled: unmatched"})
    EXPECT_TRUE(because(gone)) << gone;
  for (const auto* open :
       {"", "cancel refused: being matched", "order can't be canceled: matched", "killed",
        "cannot cancel: order not found yet", "order can't be canceled: delayed", "refused",
        "order not found, try again", "not canceled: the order is being matched"})
    EXPECT_FALSE(because(open)) << open;
  EXPECT_FALSE(because("order not found", std::string(66, '0'))) << "of another order";
}

TEST(CancelAnswer, OnlyOurOwnHashInAReadableListIsCanceled) {
  const auto says = [](unsigned status, const std::string& body) {
    return read_cancel_answer(status, body, hash);
  };
  const auto canceled = R"({"canceled":[")" + hash.hex() + R"("],"not_canceled":{}})";
  EXPECT_TRUE(says(200, canceled));
  EXPECT_FALSE(says(500, canceled));
  for (const auto& body :
       {std::string{}, std::string{"null"}, std::string{"<html>"}, std::string{"[]"},
        std::string{R"({"canceled":[],"not_canceled":{}})"},
        std::string{R"({"canceled":["0x01"]})"}, R"({"canceled":")" + hash.hex() + "\"}"})
    EXPECT_FALSE(says(200, body)) << body;
}

TEST(PostAnswer, OnlyAMatchOfOurOwnHashIsAMatch) {
  EXPECT_EQ(judge(200, ok("matched")).verdict, venue_verdict::matched);
  for (const auto& body :
       {ok("live"), ok("delayed"), ok("unmatched"), ok("surprise"), ok("matched", "partly"),
        ok("matched", "", "false"), ok("matched", "", "1"), ok("matched", "", "true", "0x01"),
        ok("matched", "", "true", std::string(66, '0')), std::string{}, std::string{"null"},
        std::string{"[]"}, std::string{"<html>"}, std::string{"{\"success\":true}"}})
    EXPECT_EQ(judge(200, body).verdict, venue_verdict::unknown) << body;
}

TEST(PostAnswer, AnUnsuccessful200WithKnownWordsIsARefusal) {
  const auto a = judge(200, ok("", "not enough balance / allowance", "false"));
  EXPECT_EQ(a.verdict, venue_verdict::refused);
  EXPECT_EQ(a.reason, "insufficient_funds");
  EXPECT_EQ(judge(200, ok("", "order match delayed due to market conditions", "false")).verdict,
            venue_verdict::unknown);
}

TEST(PostAnswer, KnownWordsAreADefiniteNo) {
  const std::pair<const char*, const char*> cases[]{
      {"order couldn't be fully filled. FOK orders are fully filled or killed.", "fok_not_filled"},
      {"FOK orders are filled or killed", "fok_not_filled"},
      {"no orders found to match with FAK order. FAK orders are partially filled or killed if no "
       "match is found.",
       "no_match"},
      {"there are no matching orders", "no_match"},
      {"not enough balance / allowance: the balance is not enough -> balance: 0",
       "insufficient_funds"},
      {"order 0xab is invalid. Price (0.575) breaks minimum tick size rule: 0.01",
       "price_off_tick"},
      {"order 0xab is invalid. Size (1) lower than the minimum: 5", "amount_too_small"},
      {"invalid amount for a marketable BUY order ($0.86), min size: $1", "amount_too_small"},
      {"invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals",
       "invalid_amounts"},
      {"the market is not yet ready to process new orders", "market_not_ready"},
      {"invalid post-only order: order crosses book", "post_only_crosses"}};
  for (const auto& [words, reason] : cases) {
    const auto a = judge(400, refusal(words));
    EXPECT_EQ(a.verdict, venue_verdict::refused) << words;
    EXPECT_EQ(a.reason, reason);
    EXPECT_EQ(a.detail, words);
    EXPECT_EQ(a.scope, stop_scope::none);
  }
}

TEST(PostAnswer, ARefusalReachesAsFarAsItsWordsSay) {
  const std::pair<const char*, stop_scope> cases[]{
      {"the order owner has to be the owner of the API KEY", stop_scope::account},
      {"the order signer address has to be the address of the API KEY", stop_scope::account},
      {"maker address not allowed, please use the deposit wallet flow", stop_scope::account},
      {"'0xab' address banned", stop_scope::account},
      {"'0xab' address in closed only mode", stop_scope::account},
      {"invalid signature", stop_scope::token},
      {"Invalid order payload", stop_scope::token},
      {"the orderbook 123 does not exist", stop_scope::token},
      {"order_version_mismatch", stop_scope::version},
      {"invalid order version", stop_scope::version},
      {"not enough balance / allowance", stop_scope::none},
      {"something new", stop_scope::none}};
  for (const auto& [words, scope] : cases) {
    const auto a = judge(400, refusal(words));
    EXPECT_EQ(a.verdict, venue_verdict::refused) << words;
    EXPECT_EQ(a.scope, scope) << words;
  }
  EXPECT_EQ(judge(403, refusal("Trading restricted in your region")).scope, stop_scope::account);
  EXPECT_EQ(judge(403, "<!DOCTYPE html>").verdict, venue_verdict::refused);
}

TEST(PostAnswer, AnUnacceptedKeyIsNoAnswerToTheOrder) {
  for (const auto& body : {refusal("Unauthorized/Invalid api key"), std::string{}}) {
    const auto a = judge(401, body);
    EXPECT_EQ(a.verdict, venue_verdict::not_now);
    EXPECT_EQ(a.scope, stop_scope::credentials);
  }
}

TEST(PostAnswer, A200WithAReasonAndWithoutOurOrderIsARefusal) {
  const auto without_order = [](std::string_view success, std::string_view words) {
    return "{\"success\":" + std::string{success} + ",\"errorMsg\":\"" + std::string{words} +
           "\",\"orderID\":\"\",\"status\":\"\"}";
  };
  EXPECT_EQ(judge(200, without_order("true", "something new")).verdict, venue_verdict::refused);
  EXPECT_EQ(judge(200, without_order("false", "something new")).verdict, venue_verdict::refused);
  EXPECT_EQ(judge(200, without_order("false", "")).verdict, venue_verdict::refused);
  EXPECT_EQ(judge(200, R"({"success":false,"errorMsg":null})").verdict, venue_verdict::refused);
  const auto known = judge(200, without_order("true", "not enough balance / allowance"));
  EXPECT_EQ(known.reason, "insufficient_funds");
  for (const auto* words : {"order match delayed due to market conditions", "context canceled",
                            "could not insert order", "order timed out",
                            "could not run the execution", "order 0xab is invalid. Duplicated."})
    EXPECT_EQ(judge(200, without_order("true", words)).verdict, venue_verdict::unknown) << words;
  // It names our order and has a reason: it says both, so it is looked up.
  EXPECT_EQ(judge(200, ok("matched", "order couldn't be fully filled")).verdict,
            venue_verdict::unknown);
  EXPECT_EQ(judge(200, ok("", "something new", "false")).verdict, venue_verdict::unknown);
  // Silent fields are no success either.
  EXPECT_EQ(
      judge(200, R"({"success":true,"errorMsg":null,"orderID":")" + hash.hex() + "\"}").verdict,
      venue_verdict::unknown);
}

TEST(PostAnswer, ASeenHashIsLookedUp) {
  const auto a = judge(400, refusal("order 0xab is invalid. Duplicated."));
  EXPECT_EQ(a.verdict, venue_verdict::unknown);
  EXPECT_EQ(a.reason, "duplicated");
}

TEST(PostAnswer, WhatWeDoNotKnowMayHaveHappened) {
  for (const auto* words : {"context canceled", "order match delayed due to market conditions"})
    EXPECT_EQ(judge(400, refusal(words)).verdict, venue_verdict::unknown) << words;
  for (const unsigned status : {500U, 502U, 503U, 504U, 520U, 408U, 409U, 499U, 302U, 204U})
    for (const auto* body : {"", "<html>", R"({"error":"could not insert order"})",
                             R"({"error":"invalid signature"})"})
      EXPECT_EQ(judge(status, body).verdict, venue_verdict::unknown) << status << body;
}

TEST(PostAnswer, A4xxIsMadeBeforeAnOrderIsTaken) {
  for (const unsigned status : {400U, 404U, 405U, 413U, 422U, 451U})
    for (const auto* body : {"", "<html>", R"({"error":"something new"})", "null"}) {
      const auto a = judge(status, body);
      EXPECT_EQ(a.verdict, venue_verdict::refused) << status << body;
      EXPECT_EQ(a.reason, "refused");
    }
}

TEST(PostAnswer, ThePauseIsTheLongerOfHeaderAndBody) {
  const auto wait = [](unsigned status, std::string_view body, std::string_view header) {
    const auto a = judge(status, body, header);
    EXPECT_EQ(a.verdict, venue_verdict::not_now) << body;
    return a.retry_after.count();
  };
  // 1800000000 is Fri, 15 Jan 2027 08:00:00 GMT
  EXPECT_EQ(wait(429, "", "Fri, 15 Jan 2027 08:00:42 GMT"), 42);
  EXPECT_EQ(wait(429, "", "Fri, 15 Jan 2027 07:00:00 GMT"), 0);
  EXPECT_EQ(wait(503, R"({"error":"post-only mode","retry_after_seconds":7})", "3"), 7);
  EXPECT_EQ(wait(503, R"({"error":"x","retry_after_seconds":1.2})", ""), 2);
  EXPECT_EQ(wait(503, R"({"error":"x","retry_after_seconds":-4})", "5"), 5);
  EXPECT_EQ(wait(503, R"({"error":"x","retry_after_seconds":1e18})", ""), 600);
  EXPECT_EQ(wait(425, R"({"error":"service not ready"})", "soon"), 0);
}

TEST(PostAnswer, PausesAreRetriedWithTheSameBytes) {
  EXPECT_EQ(judge(425, "").verdict, venue_verdict::not_now);
  const auto limited = judge(429, refusal("Too Many Requests"), "7");
  EXPECT_EQ(limited.verdict, venue_verdict::not_now);
  EXPECT_EQ(limited.retry_after, std::chrono::seconds{7});
  EXPECT_EQ(judge(429, "", "-5").retry_after, std::chrono::seconds{0});
  EXPECT_EQ(judge(429, "", "99999999").retry_after, std::chrono::seconds{600});
  EXPECT_EQ(judge(429, "", "Wed, 21 Oct").retry_after, std::chrono::seconds{0});
  for (const auto* body :
       {R"({"error":"Trading is currently disabled, check status"})",
        R"({"error":"exchange is cancel-only"})", R"({"error":"x","code":"post_only_mode"})"})
    EXPECT_EQ(judge(503, body).verdict, venue_verdict::not_now) << body;
}

TEST(PostAnswer, DetailsAreShortAndPrintable) {
  const auto a = judge(500, std::string(5000, '\x01') + "\xff");
  EXPECT_EQ(a.detail, std::string(200, ' '));
}

std::string order_json(const std::string& status, const std::string& matched = "44.5") {
  return "{\"id\":\"" + hash.hex() + "\",\"status\":\"" + status +
         "\",\"original_size\":\"44.5087\",\"size_matched\":\"" + matched +
         "\",\"associate_trades\":[\"t1\",\"t-2\"]}";
}

TEST(OrderAnswer, TheFirstWordOfAStatusCountsInAnyCaseWithTextBehindIt) {
  const auto state = [](const std::string& status) {
    const auto a = read_order_answer(200, order_json(status));
    EXPECT_EQ(a.verdict, read_verdict::found) << status;
    return a.value.state;
  };
  for (const auto* status :
       {"CANCELED", "ORDER_STATUS_CANCELED", "CANCELED_MARKET_RESOLVED", "canceled", "Cancelled",
        "order_status_canceled",
        "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed."})
    EXPECT_EQ(state(status), order_state::canceled) << status;
  EXPECT_EQ(state("unmatched"), order_state::unmatched);
  EXPECT_EQ(state("MATCHED"), order_state::matched);
  EXPECT_EQ(state("live"), order_state::live);
  EXPECT_EQ(state("INVALID: price"), order_state::invalid);
  EXPECT_EQ(state("SURPRISE"), order_state::other) << "never a reason to give money back";
}

TEST(OrderAnswer, ReadsItsTradesAndWhetherAnythingMatched) {
  const auto a = read_order_answer(200, order_json("CANCELED"));
  EXPECT_EQ(a.value.id, hash);
  EXPECT_TRUE(a.value.something_matched);
  EXPECT_EQ(a.value.trades, (std::vector<std::string>{"t1", "t-2"}));
  for (const auto* none : {"", "0", "0.0"})
    EXPECT_FALSE(read_order_answer(200, order_json("CANCELED", none)).value.something_matched);
  EXPECT_TRUE(read_order_answer(200, order_json("CANCELED", "?")).value.something_matched);
}

TEST(OrderAnswer, AbsenceAndNonsenseAreDifferentThings) {
  for (const auto& [status, body] :
       {std::pair{404U, "{}"}, {200U, "null"}, {200U, ""}, {200U, " \n"}, {404U, "<html>"}})
    EXPECT_EQ(read_order_answer(status, body).verdict, read_verdict::absent) << status << body;
  EXPECT_EQ(read_order_answer(401, "").verdict, read_verdict::unauthorized);
  for (const auto& [status, body] : {std::pair{200U, std::string{"{}"}},
                                     {200U, "[]"},
                                     {200U, "<html>"},
                                     {500U, "null"},
                                     {429U, "null"},
                                     {200U, order_json("")}})
    EXPECT_EQ(read_order_answer(status, body).verdict, read_verdict::unreadable) << status << body;
}

std::string trade_json(const std::string& id, const std::string& status,
                       const std::string& size = "10.5", const std::string& price = "0.57",
                       const std::string& taker = hash.hex(), const std::string& makers = "[]",
                       const std::string& tx = "") {
  return "{\"id\":\"" + id + "\",\"taker_order_id\":\"" + taker + "\",\"size\":\"" + size +
         "\",\"price\":\"" + price + "\",\"status\":\"" + status + "\",\"transaction_hash\":\"" +
         tx + "\",\"maker_orders\":" + makers + "}";
}

trades_page page(const std::string& data, const std::string& cursor = "LTE=") {
  return read_trades_answer(200, "{\"limit\":100,\"count\":1,\"next_cursor\":\"" + cursor +
                                     "\",\"data\":[" + data + "]}");
}

TEST(Trades, AreReadAndPaged) {
  const auto one = page(trade_json("t1", "TRADE_STATUS_CONFIRMED"), "MTAw");
  ASSERT_EQ(one.verdict, read_verdict::found);
  EXPECT_EQ(one.next_cursor, "MTAw");
  EXPECT_EQ(one.trades.at(0).order, hash);
  EXPECT_EQ(one.trades.at(0).size.micro, 10'500'000);
  EXPECT_EQ(one.trades.at(0).price.micro, 570'000);
  EXPECT_EQ(one.trades.at(0).state, trade_state::confirmed);
  EXPECT_TRUE(page("").trades.empty());
  EXPECT_EQ(page("").next_cursor, "");
  EXPECT_EQ(read_trades_answer(200, "null").verdict, read_verdict::unreadable);
  EXPECT_EQ(read_trades_answer(200, R"({"data":[]})").verdict, read_verdict::unreadable);
  EXPECT_EQ(read_trades_answer(502, "").verdict, read_verdict::unreadable);
  EXPECT_EQ(read_trades_answer(401, "").verdict, read_verdict::unauthorized);
}

TEST(Trades, StatusesInAnySpellingAndTransactionsOfAnyForm) {
  for (const auto* tx : {"", "0x", "nonsense"})
    for (const auto* status : {"CONFIRMED", "confirmed", "TRADE_STATUS_CONFIRMED", "Confirmed"})
      EXPECT_EQ(page(trade_json("t1", status, "1", "0.5", hash.hex(), "[]", tx)).trades.at(0).state,
                trade_state::confirmed)
          << status << tx;
  EXPECT_EQ(page(trade_json("t1", "failed_reverted")).trades.at(0).state, trade_state::failed);
  EXPECT_EQ(page(trade_json("t1", "MATCHED_NOT_BROADCASTED")).trades.at(0).state,
            trade_state::matched);
}

/// One row that cannot be read holds up its own order, and nobody else's.
TEST(Trades, WhatCannotBeReadIsNotFinalForItsOwnOrder) {
  const auto other = std::string(66, '1').replace(0, 2, "0x");
  for (const auto& bad :
       {trade_json("t1", "SURPRISE"), trade_json("t1", "CONFIRMED", "-1"),
        trade_json("t1", "CONFIRMED", "1e3"), trade_json("t1", "CONFIRMED", "1", "")}) {
    const auto got = page(bad + "," + trade_json("t2", "CONFIRMED", "1", "0.5", other));
    ASSERT_EQ(got.trades.size(), 2U) << bad;
    EXPECT_EQ(got.trades[0].state, trade_state::matched) << bad;
    EXPECT_EQ(got.trades[1].state, trade_state::confirmed);
  }
  for (const auto& nobodys :
       {trade_json("", "MINED"), trade_json("t1", "MINED", "1", "0.5", "0x12"), std::string{"{}"},
        std::string{"null"}})
    EXPECT_TRUE(page(nobodys).trades.empty()) << nobodys;
}

trade_set set_of(const std::string& data) {
  trade_set out;
  for (const auto& t : page(data).trades)
    if (t.order == hash) out.add(t);
  return out;
}
const fee_schedule no_fee{};

TEST(Fill, SumsEachTradeOnceHoweverOftenPagesShowIt) {
  const auto trades = set_of(trade_json("t1", "CONFIRMED", "10.5", "0.57") + "," +
                             trade_json("t1", "CONFIRMED", "10.5", "0.57") + "," +  // once more
                             trade_json("t1", "MINED", "10.5", "0.57") + "," +      // and older
                             trade_json("t2", "CONFIRMED", "0.0001", "0.333333") + "," +
                             trade_json("t3", "FAILED", "99"));
  const auto f = fill_of(trades, {50'000, 1});
  ASSERT_TRUE(f);
  EXPECT_EQ(f->shares.micro, 10'500'100);
  EXPECT_EQ(f->spent.micro, 5'985'000 + 33);  // 33.3333 cut
  EXPECT_EQ(f->fee.micro, 128'670);           // 10.5 x 0.05 x 0.2451 = 0.1286775, and nothing
  EXPECT_EQ(f->matched.micro, 5'985'033 + 56'430'000);
  EXPECT_EQ(f->confirmed, 2U);
  EXPECT_EQ(f->failed, 1U);
  EXPECT_EQ(f->open, 0U);
}

TEST(Fill, IsOpenBeforeEveryTradeIsTerminal) {
  const auto f =
      fill_of(set_of(trade_json("t1", "CONFIRMED") + "," + trade_json("t2", "MINED")), no_fee);
  EXPECT_EQ(f->confirmed, 1U);
  EXPECT_EQ(f->open, 1U);
  EXPECT_EQ(fill_of({}, no_fee)->confirmed, 0U);
}

TEST(Fill, AsMakerOnlyOurPartCountsAndWithoutAFee) {
  const auto other = std::string(66, '1').replace(0, 2, "0x");
  const auto makers = R"([{"order_id":")" + hash.hex() +
                      R"(","matched_amount":"2","price":"0.5"},{"order_id":")" + other +
                      R"(","matched_amount":"7","price":"0.5"}])";
  const auto f =
      fill_of(set_of(trade_json("t1", "CONFIRMED", "9", "0.5", other, makers)), {50'000, 1});
  EXPECT_EQ(f->shares.micro, 2'000'000);
  EXPECT_EQ(f->spent.micro, 1'000'000);
  EXPECT_EQ(f->fee, usdc{});
}

TEST(Fill, RefusesSumsThatOverflow) {
  std::string data;
  for (int i = 0; i < 12; ++i)
    data += (i ? "," : "") + trade_json("t" + std::to_string(i), "CONFIRMED", "999999999999", "1");
  EXPECT_FALSE(fill_of(set_of(data), no_fee));
}

}  // namespace
}  // namespace headroom::chain::polymarket
