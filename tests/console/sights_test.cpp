#include "console/sights.hpp"

#include <gtest/gtest.h>

#include "console/console.hpp"

namespace headroom::console {
namespace {

using nlohmann::json;

service_answer said(json body, unsigned status = 200) {
  service_answer out;
  out.status = status;
  out.text = body.dump();
  out.body = std::move(body);
  return out;
}

service_state healthy() {
  return {
      said({{"ready", true}, {"parts", {{"database", "ok"}}}}),
      said({{"usdc_balance", "100000.00"},
            {"available", "99990.00"},
            {"reserve", "0.00"},
            {"is_low", false},
            {"forecast", {{"level", "good"}, {"seconds_to_low", nullptr}, {"arriving", "5.00"}}}}),
      said({{"solvent", true}, {"difference", "0.00"}, {"checked_at", "2026-11-30T08:00:00Z"}}),
      said({{"alerts", json::array()}})};
}

TEST(ListText, ShowsARowALine) {
  const json page{
      {"bets",
       {{{"bet_id", "b1"}, {"status", "filled"}, {"amount", "5.00"}, {"failure", nullptr}},
        {{"bet_id", "b2"}, {"status", "failed"}, {"amount", "12.50"}, {"failure", "no"}}}},
      {"next_cursor", nullptr}};
  const auto text = list_text("bets", page);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "BET  STATUS  AMOUNT  SPENT  FEE  SHARES  PAYOUT  USER  CREATED  FAILURE\n"
            "b1   filled    5.00      -    -       -       -  -     -        -\n"
            "b2   failed   12.50      -    -       -       -  -     -        no\n");
}

TEST(ListText, SaysHowToGoOn) {
  const auto text = list_text(
      "conversions", {{"conversions", {{{"conversion_id", "c1"}}}}, {"next_cursor", "abc"}});
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->ends_with("more: --cursor abc\n")) << *text;
  EXPECT_EQ(list_text("bets", {{"bets", json::array()}, {"next_cursor", nullptr}}), "none\n");
}

TEST(ListText, CountsListsAndKeepsStrangersTextText) {
  const auto text =
      list_text("conversions",
                {{"conversions", {{{"deposits", {"d1", "d2"}}, {"failure", "\033]0;x\a\n"}}}}});
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find('\033'), text->npos);
  EXPECT_NE(text->find("?]0;x??"), text->npos) << *text;
  EXPECT_NE(text->find("       2"), text->npos) << *text;
}

TEST(ListText, IsNothingWhereThereIsNoList) {
  EXPECT_FALSE(list_text("bets", {{"deposits", json::array()}}));
  EXPECT_FALSE(list_text("bets", json{}));
  EXPECT_FALSE(list_text("bets", json::array({1})));
  EXPECT_FALSE(list_text("users", {{"users", json::array()}}));
}

TEST(WebhookText, ShowsWhatIsSetAndASecretOnlyWhereThereIsOne) {
  json webhook{{"webhook_id", "w1"},
               {"url", "https://example.com/"},
               {"events", {"bet.filled", "bet.failed"}},
               {"status", "active"},
               {"disabled_reason", nullptr},
               {"secret", nullptr}};
  EXPECT_EQ(webhook_text(webhook),
            "webhook     w1\n"
            "url         https://example.com/\n"
            "events      bet.filled, bet.failed\n"
            "status      active\n");
  webhook["secret"] = "whsec_x";
  EXPECT_TRUE(webhook_text(webhook).ends_with("secret      whsec_x\n"));
  EXPECT_EQ(delivery_text({{"status", "failed"}, {"last_ms", 12}, {"last_error", "timeout"}}),
            "failed in 12 ms: timeout\n");
}

TEST(ServiceState, IsGoodWhenAllIs) {
  const auto state = healthy();
  EXPECT_EQ(state.code(), went_well);
  EXPECT_EQ(state.text(),
            "service     ready\n"
            "buffer      100000.00 USDC, 99990.00 available, reserve 0.00, low: no\n"
            "forecast    good; low in - s, empty in - s, arriving 5.00\n"
            "solvent     yes; difference 0.00, checked 2026-11-30T08:00:00Z\n"
            "alerts      none\n");
}

TEST(ServiceState, IsNotWhenOnePartIsNot) {
  auto unready = healthy();
  unready.readiness = said({{"ready", false}, {"parts", {{"journal", "down"}, {"x", "ok"}}}}, 503);
  EXPECT_EQ(unready.code(), was_refused);
  EXPECT_TRUE(
      unready.text().starts_with("service     NOT ready\n  part      journal: down\nbuffer"))
      << unready.text();
  auto insolvent = healthy();
  insolvent.solvency.body["solvent"] = false;
  EXPECT_EQ(insolvent.code(), was_refused);
  auto unseen = healthy();
  unseen.alerts = said({{"code", "forbidden"}, {"detail", "needs scope inspect"}}, 403);
  EXPECT_EQ(unseen.code(), was_refused);
  EXPECT_NE(unseen.text().find("alerts      refused (403 forbidden): needs scope inspect\n"),
            std::string::npos)
      << unseen.text();
  service_state silent;
  silent.readiness.error = "no answer";
  EXPECT_EQ(silent.code(), no_answer);
}

TEST(ServiceState, ShowsAlertsThatLast) {
  auto state = healthy();
  state.alerts.body["alerts"] = {
      {{"kind", "work.paused"}, {"subject", "bets"}, {"since", "t"}, {"text", "by ann"}},
      {{"kind", "buffer.low"}, {"subject", ""}, {"cleared_at", "t2"}, {"text", "over"}}};
  const auto text = state.text();
  EXPECT_NE(text.find("alerts      1\n\nALERT        SUBJECT  SINCE  TEXT\n"
                      "work.paused  bets     t      by ann\n"),
            text.npos)
      << text;
  EXPECT_EQ(text.find("buffer.low"), text.npos);
}

TEST(ServiceState, IsOneDocumentForPrograms) {
  auto state = healthy();
  state.solvency = {};
  state.solvency.error = "no answer";
  const auto all = json::parse(state.json_text());
  EXPECT_EQ(all["readiness"]["ready"], true);
  EXPECT_EQ(all["buffer"]["usdc_balance"], "100000.00");
  EXPECT_TRUE(all["solvency"].is_null());
  EXPECT_TRUE(all["alerts"]["alerts"].is_array());
}

json listing(std::uint64_t processed, std::uint64_t busy_us) {
  return {{"total", 3},
          {"kinds",
           {{{"name", "quiet"}, {"live", 1U}, {"mailbox", 0U}, {"processed", 9U}, {"busy_us", 1U}},
            {{"name", "journal"},
             {"live", 1U},
             {"mailbox", 7U},
             {"processed", processed},
             {"busy_us", busy_us}}}},
          {"actors", json::array()}};
}

TEST(TopText, PutsWhatWaitsFirstAndCountsFromLookToLook) {
  const auto first = top_text(listing(100, 0), {}, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(*first,
            "3 actors\n\n"
            "KIND     LIVE  WAITING  MESSAGES/S  BUSY %  PROCESSED\n"
            "journal     1        7           -       -        100\n"
            "quiet       1        0           -       -          9\n");
  const auto second = top_text(listing(300, 1'000'000), listing(100, 0), 2.0);
  ASSERT_TRUE(second);
  EXPECT_NE(second->find("journal     1        7       100.0    50.0        300\n"), second->npos)
      << *second;
  EXPECT_NE(second->find("quiet       1        0         0.0     0.0          9\n"), second->npos)
      << *second;
}

TEST(TopText, KnowsNoRateAfterARestart) {
  const auto text = top_text(listing(5, 0), listing(100, 0), 2.0);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("journal     1        7           -"), text->npos) << *text;
  EXPECT_FALSE(top_text(json{{"actors", 1}}, {}, 0));
}

TEST(EventLine, NamesWhatTheDataSays) {
  EXPECT_EQ(event_line("bet", R"({"bet_id":"b1","event":"bet.filled","x":null,"n":2})"),
            "bet         bet_id=b1  event=bet.filled  n=2\n");
  EXPECT_EQ(event_line("bye", "{}"), "bye       \n");
  EXPECT_EQ(event_line("odd", "no\033json"), "odd  no?json\n");
  EXPECT_EQ(json::parse(event_json("bet", R"({"bet_id":"b1"})")),
            (json{{"event", "bet"}, {"data", {{"bet_id", "b1"}}}}));
  EXPECT_EQ(json::parse(event_json("odd", "text")), (json{{"event", "odd"}, {"data", "text"}}));
}

TEST(ActionText, SaysWhoDidWhatAndWhy) {
  EXPECT_EQ(action_text({{"action", "pause_bets"},
                         {"done_by", "k1"},
                         {"at", "t"},
                         {"reason", "venue is odd"},
                         {"done", nullptr}}),
            "pause_bets done by k1 at t: venue is odd\n");
}

}  // namespace
}  // namespace headroom::console
