#include "actors/alerts.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

/// What every GET answers when all is well.
class Reads : public house {};

TEST_F(Reads, BalanceShowsMaxBetAndWhatIsOnItsWay) {
  start();
  const auto r = get("/balance?user_address=" + user_text, read_key.text);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.header("content-type"), "application/json");
  const auto doc = r.json();
  EXPECT_EQ(doc["user_address"], user_text);
  EXPECT_EQ(doc["balance"], "40.00");
  EXPECT_EQ(doc["max_bet"], "40.00");
  EXPECT_EQ(doc["limiting_factor"], "user_balance");
  EXPECT_EQ(doc["pending_deposits"].size(), 2U);  // settling and pending, not completed
  EXPECT_EQ(doc["pending_total"], "100.00");
}

TEST_F(Reads, MaxBetNamesTheLimitingFactor) {
  struct {
    usdc user, buffer;
    const char* max;
    const char* factor;
  } const table[]{
      {40_usdc, 100_usdc, "40.00", "user_balance"},  {100_usdc, 40_usdc, "40.00", "buffer"},
      {7_usdc, 7_usdc, "7.00", "user_balance"},      {0_usdc, 0_usdc, "0.00", "user_balance"},
      {1_micro, 5_usdc, "0.000001", "user_balance"},
  };
  start();
  for (const auto& row : table) {
    says.balance = [&](const address&) {
      return actors::balance_view{row.user, row.user, row.buffer};
    };
    const auto doc = get("/buffer/max-bet?user_address=" + user_text, read_key.text).json();
    EXPECT_EQ(doc["user_address"], user_text);
    EXPECT_EQ(doc["max_bet"], row.max);
    EXPECT_EQ(doc["user_balance"], to_string(row.user));
    EXPECT_EQ(doc["buffer_balance"], to_string(row.buffer));
    EXPECT_EQ(doc["limiting_factor"], row.factor);
  }
}

TEST_F(Reads, MaxBetIsReadFromWhatTheOwnersShowAndAskedForOtherwise) {
  start();
  const auto max_bet = [&] {
    return get("/buffer/max-bet?user_address=" + user_text, read_key.text).json()["max_bet"];
  };
  EXPECT_EQ(max_bet(), "40.00") << "asked";
  actors::actor_card card;
  const auto owner = dir->find_balance(user);
  dir->show_balance(user, owner.id() + 1, card);  // not the owner
  card.shown = (12_usdc).micro;
  EXPECT_EQ(max_bet(), "40.00") << "the buffer is unknown";
  dir->publish_buffer_available(30_usdc);
  EXPECT_EQ(max_bet(), "40.00") << "nobody shows anything";
  dir->show_balance(user, owner.id(), card);
  EXPECT_EQ(max_bet(), "12.00");
  dir->publish_buffer_available(5_usdc);
  EXPECT_EQ(max_bet(), "5.00");
  card.received = 1;  // a message waits
  EXPECT_EQ(max_bet(), "40.00");
  card.processed = 1;
  EXPECT_EQ(max_bet(), "5.00");
  card.shown = actors::actor_card::nothing_shown;
  EXPECT_EQ(max_bet(), "40.00");
}

TEST_F(Reads, BufferStatusIsPublicAndHasEveryField) {
  start();
  const auto doc = get("/buffer/status").json();
  const auto expected = json::parse(R"({
    "buffer_id": "global", "usdc_balance": "9000.00", "available": "8990.00", "reserve": "0.00",
    "min_buffer_size": "10000.00", "max_buffer_size": null, "total_deposited": "12000.00",
    "total_withdrawn": "4000.00", "utilization_rate": 0.333333, "is_low": true,
    "recommended_min_size": "500.00", "last_replenished_at": null,
    "updated_at": "2027-01-15T08:00:00.000Z"})");
  EXPECT_EQ(doc, expected);
}

TEST_F(Reads, UtilizationOfAnEmptyBufferIsZero) {
  says.buffer = [] { return buffer_status{}; };
  start();
  EXPECT_EQ(get("/buffer/status").json()["utilization_rate"], 0);
}

TEST_F(Reads, BetHasEveryField) {
  start();
  const auto doc = get("/bets/11111111-1111-1111-1111-111111111111", read_key.text).json();
  const auto expected = json::parse(R"({
    "bet_id": "11111111-1111-1111-1111-111111111111",
    "user_address": "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "token_id": "123456789012345678901234567890", "amount": "25.00", "max_price": "0.60",
    "status": "filled", "shares": "40.00", "average_price": "0.50", "spent": "20.00",
    "fee": "0.50", "refunded": "4.50",
    "order_hash": "0x2222222222222222222222222222222222222222222222222222222222222222",
    "failure": null, "deadline": "2027-01-15T08:00:00.000Z",
    "created_at": "2027-01-15T08:00:00.000Z", "updated_at": "2027-01-15T08:00:00.000Z"})");
  EXPECT_EQ(doc, expected);
}

TEST_F(Reads, BetsAreListedWithFilterAndCursor) {
  bet_filter seen;
  says.list_bets = [&](const bet_filter& f) {
    seen = f;
    return bet_page{{example_bet(bet_status::failed)}, "next-1"};
  };
  start();
  const auto doc =
      get("/bets?user_address=" + user_text + "&status=failed&cursor=c%2D0&limit=7", trade_key.text)
          .json();
  EXPECT_TRUE(seen.has_user && seen.user == user);
  EXPECT_TRUE(seen.has_status && seen.status == bet_status::failed);
  EXPECT_EQ(seen.cursor, "c-0");
  EXPECT_EQ(seen.limit, 7U);
  EXPECT_EQ(doc["bets"][0]["failure"], "not enough \"liquidity\"");
  EXPECT_EQ(doc["next_cursor"], "next-1");
}

TEST_F(Reads, DepositShowsItsConversion) {
  says.find_deposit = [] {
    auto d = example_deposit(deposit_status::converting);
    d.conversion = example_conversion().id;
    return d;
  };
  start();
  const auto doc = get("/deposits/33333333-3333-3333-3333-333333333333", read_key.text).json();
  EXPECT_EQ(doc["deposit_id"], "33333333-3333-3333-3333-333333333333");
  EXPECT_EQ(doc["status"], "converting");
  EXPECT_EQ(doc["credited_at"], nullptr);
  EXPECT_EQ(doc["conversion"]["route"], "oft_uniswap");
  EXPECT_EQ(doc["conversion"]["status"], "running");
  EXPECT_EQ(doc["conversion"]["steps"].size(), 2U);
}

TEST_F(Reads, DepositWithoutConversionHasNull) {
  start();
  const auto doc = get("/deposits/33333333-3333-3333-3333-333333333333", read_key.text).json();
  EXPECT_TRUE(doc.contains("conversion"));
  EXPECT_EQ(doc["conversion"], nullptr);
}

TEST_F(Reads, DepositsAreListed) {
  start();
  const auto doc = get("/deposits?user_address=" + user_text, trade_key.text).json();
  EXPECT_EQ(doc["deposits"].size(), 3U);
}

TEST_F(Reads, ConversionsShowStepsAndHashes) {
  start();
  const auto page = get("/conversions?limit=5", read_key.text).json();
  EXPECT_EQ(page["next_cursor"], nullptr);
  const auto& c = page["conversions"][0];
  EXPECT_EQ(c["steps"][0]["amount_out"], "49.00");
  EXPECT_EQ(c["steps"][1]["amount_out"], nullptr);
  EXPECT_EQ(c["deposits"][0], "33333333-3333-3333-3333-333333333333");
  EXPECT_EQ(get("/conversions/55555555-5555-5555-5555-555555555555", read_key.text).json(), c);
}

TEST_F(Reads, ConversionMetricsHaveRates) {
  start();
  const auto doc = get("/conversions/metrics", read_key.text).json();
  const auto expected = json::parse(R"({
    "completed": 3, "failed": 1, "running": 2, "average_seconds": 1.5, "p95_seconds": 2.5,
    "p99_seconds": 2.6, "success_rate": 0.75, "realised_rate": 0.99, "total_in": "100.00",
    "total_received": "99.00", "total_loss": "1.00", "fees": {"usdc": "1.00", "native": [
      {"chain_id": 9745, "wei": "1200000000000000000"}, {"chain_id": 137, "wei": "3000"}]}})");
  EXPECT_EQ(doc, expected);
}

TEST_F(Reads, ConversionMetricsOfNothingAreNull) {
  says.metrics = [] { return conversion_metrics{}; };
  start();
  const auto doc = get("/conversions/metrics", read_key.text).json();
  EXPECT_EQ(doc["success_rate"], nullptr);
  EXPECT_EQ(doc["realised_rate"], nullptr);
  EXPECT_EQ(doc["fees"], json::parse(R"({"usdc": "0.00", "native": []})"));
}

TEST_F(Reads, SolvencyComparesAssetsWithLiabilities) {
  start();
  const auto doc = get("/audit/solvency", read_key.text).json();
  EXPECT_EQ(doc["assets"]["total"], "135.00");
  EXPECT_EQ(doc["liabilities"]["total"], "120.00");
  EXPECT_EQ(doc["difference"], "15.00");
  EXPECT_EQ(doc["solvent"], true);
  EXPECT_EQ(doc["on_chain"]["plasma_usdt0"], "20.00");
  EXPECT_EQ(doc["on_chain"]["polygon_usdc"], nullptr);
}

TEST_F(Reads, InsolvencyIsSaid) {
  says.trial = [] {
    trial_balance t;
    t.buffer = 1_usdc;
    t.users = 2_usdc;
    return t;
  };
  start();
  dir->set(actors::audit_actor{});  // and no chain at all
  const auto doc = get("/audit/solvency", read_key.text).json();
  EXPECT_EQ(doc["difference"], "-1.00");
  EXPECT_EQ(doc["solvent"], false);
  EXPECT_EQ(doc["on_chain"]["plasma_usdt0"], nullptr);
}

TEST_F(Reads, ActorsAreListed) {
  start();
  const auto doc = get("/inspector/actors?limit=10", inspect_key.text).json();
  EXPECT_EQ(doc["total"], 2);
  EXPECT_EQ(doc["kinds"][0]["name"], "balance");
  EXPECT_EQ(doc["actors"][0]["mailbox"], 1);
}

TEST_F(Reads, AlertsAreShownWhileTheyLastAndAfterwards) {
  start();
  auto& board = dir->alerts();
  const auto at = [](std::int64_t s) { return timestamp::of_seconds(s); };
  board.raise("wallet.no_gas", "9745", "not enough \"XPL\"", at(100));
  board.raise("audit.insolvent", "", "short", at(50));
  board.clear("audit.insolvent", "", at(60));
  const auto doc = get("/operator/alerts", inspect_key.text).json()["alerts"];
  ASSERT_EQ(doc.size(), 2u);
  EXPECT_EQ(doc[0]["kind"], "wallet.no_gas");
  EXPECT_EQ(doc[0]["subject"], "9745");
  EXPECT_EQ(doc[0]["text"], "not enough \"XPL\"");
  EXPECT_EQ(doc[0]["since"], "1970-01-01T00:01:40.000Z");
  EXPECT_EQ(doc[0]["cleared_at"], nullptr);
  EXPECT_EQ(doc[1]["cleared_at"], "1970-01-01T00:01:00.000Z");
  const auto text = get("/metrics").body;
  for (const auto* line : {"headroom_alert_active{kind=\"wallet.no_gas\",subject=\"9745\"} 1",
                           "headroom_alerts_raised_total{kind=\"wallet.no_gas\"} 1",
                           "headroom_alerts_raised_total{kind=\"audit.insolvent\"} 1"})
    EXPECT_NE(text.find(std::string{line} + "\n"), std::string::npos) << line;
  EXPECT_EQ(text.find("headroom_alert_active{kind=\"audit.insolvent\""), std::string::npos);
}

TEST_F(Reads, HealthAndReadiness) {
  start();
  EXPECT_EQ(get("/healthz").body, "{\"status\":\"ok\"}");
  EXPECT_EQ(get("/readyz").json()["ready"], true);
  says.ready = [] { return actors::readiness{false, {{"venue", "timed \"out\""}}}; };
  const auto r = get("/readyz");
  EXPECT_EQ(r.status, 503);
  EXPECT_EQ(r.json()["parts"]["venue"], "timed \"out\"");
  dir->set(actors::guardian_actor{});
  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Reads, DrainingIsNotReady) {
  start();
  dir->drain();
  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Reads, WhatIsNotThereIs404) {
  says.find_bet = []() -> caf::result<bet> { return make_error(errc::not_found); };
  start();
  expect_problem(get("/bets/11111111-1111-1111-1111-111111111111", read_key.text), 404,
                 "not_found");
  expect_problem(get("/nothing"), 404, "not_found");
  expect_problem(get("/bets/"), 404, "not_found");
  expect_problem(get("/bets/a/b"), 404, "not_found");
}

TEST_F(Reads, AMissingNeighbourIsUnavailable) {
  start();
  dir->set_public_query({});
  expect_problem(get("/bets", read_key.text), 503, "unavailable");
}

TEST_F(Reads, NoPublicReadAsksTheConnectionThatMoneyNeeds) {
  start();  // with the keys, which the house's own query actor answers
  dir->set(actors::query_actor{});
  for (const char* path :
       {"/bets", "/bets/11111111-1111-1111-1111-111111111111",
        "/deposits/33333333-3333-3333-3333-333333333333", "/conversions", "/conversions/metrics",
        "/conversions/55555555-5555-5555-5555-555555555555", "/audit/solvency"})
    EXPECT_EQ(get(path, read_key.text).status, 200) << path;
  for (const char* path : {"/deposits", "/balance"})
    EXPECT_EQ(get(path + ("?user_address=" + user_text), read_key.text).status, 200) << path;
}

TEST_F(Reads, SilenceIsTimedOut) {
  settings.request_timeout = std::chrono::milliseconds{200};
  start();
  const auto silent = keep(system->spawn(
      [](actors::inspector_actor::pointer self) -> actors::inspector_actor::behavior_type {
        return {[self](actors::list_atom, std::uint32_t) -> caf::result<actors::actor_listing> {
                  return self->make_response_promise<actors::actor_listing>();  // never delivered
                },
                [](actors::status_atom) { return actors::status_report{}; }};
      }));
  dir->set(silent);
  expect_problem(get("/inspector/actors", inspect_key.text), 503, "timed_out");
}

TEST_F(Reads, WhileTheHouseIsFullABalanceIsReadFromTheBooks) {
  dir = std::make_unique<actors::directory>(64, 0);
  spawn_singletons();
  start();
  const auto path = [](const char* route) { return route + ("?user_address=" + user_text); };
  for (const auto* route : {"/balance", "/buffer/max-bet"})
    expect_problem(get(path(route), read_key.text), 503, "unavailable");  // the buffer is unknown
  dir->publish_buffer_available(30_usdc);
  EXPECT_EQ(get(path("/balance"), read_key.text).json()["balance"], "45.00");
  const auto doc = get(path("/buffer/max-bet"), read_key.text).json();
  EXPECT_EQ(doc["user_balance"], "45.00");
  EXPECT_EQ(doc["max_bet"], "30.00");
  EXPECT_EQ(doc["limiting_factor"], "buffer");
}

TEST_F(Reads, AnAddressTheBooksDoNotKnowWakesNobody) {
  says.find_balance = [](const address& who) { return balance_row{who, {}, 0}; };
  start();
  dir->publish_buffer_available(30_usdc);
  for (int n = 0; n < 20; ++n) {
    const auto stranger = "0x" + std::string(38, 'b') + std::to_string(10 + n);
    for (const auto* route : {"/balance", "/buffer/max-bet"}) {
      const auto r = get(route + ("?user_address=" + stranger), read_key.text);
      ASSERT_EQ(r.status, 200) << r.body;
      EXPECT_EQ(r.json()["max_bet"], "0.00");
      EXPECT_EQ(r.json()["limiting_factor"], "user_balance");
    }
  }
  EXPECT_EQ(dir->balance_count(), 0U);
  says.find_balance = [](const address& who) { return balance_row{who, 45_usdc, 1}; };
  EXPECT_EQ(get("/buffer/max-bet?user_address=" + user_text, read_key.text).json()["user_balance"],
            "40.00")
      << "its actor's word: a deduction may be on its way";
  EXPECT_EQ(dir->balance_count(), 1U);
}

TEST_F(Reads, ReportsWaitInALineOfTheirOwn) {
  start();
  dir->set_public_query({});
  for (const char* path : {"/audit/solvency", "/conversions/metrics"})
    EXPECT_EQ(get(path, read_key.text).status, 200) << path;
  dir->set_reports({});
  for (const char* path : {"/audit/solvency", "/conversions/metrics"})
    expect_problem(get(path, read_key.text), 503, "unavailable");
}

TEST_F(Reads, AnIdleBalanceActorThatLeftIsAskedAgain) {
  start();
  const auto target = "/buffer/max-bet?user_address=" + user_text;
  ASSERT_EQ(get(target, read_key.text).status, 200);
  // It ends without a word; the directory forgets it while the request bounces.
  const auto gone = dir->find_balance(user);
  caf::scoped_actor self{*system};
  self->monitor(gone);
  self->send_exit(gone, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {});
  expect_problem(get(target, read_key.text), 503, "unavailable");  // still in the directory
  dir->forget_balance(user, gone.id());
  EXPECT_EQ(get(target, read_key.text).status, 200);
}

}  // namespace
}  // namespace headroom::http::test
