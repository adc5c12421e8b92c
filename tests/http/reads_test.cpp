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

TEST_F(Reads, AStoppedVenueIsShownWhereverBetsAreAskedFor) {
  start();
  auto& gauge = dir->gauges.venue_state();
  const auto hour = actors::venue_gauge::time_point::clock::now() + std::chrono::hours{1};
  EXPECT_EQ(get("/readyz").json()["parts"].count("venue"), 0U);
  for (const auto why : actors::venue_stops) {
    gauge.show({why, hour});
    for (const auto* path : {"/buffer/max-bet?user_address=", "/balance?user_address="}) {
      const auto doc = get(path + user_text, read_key.text).json();
      EXPECT_EQ(doc["max_bet"], "0.00") << path;
      EXPECT_EQ(doc["limiting_factor"], "venue") << path;
    }
    const auto ready = get("/readyz");
    EXPECT_EQ(ready.status, 200) << "deposits and balances go on";
    const auto part = ready.json()["parts"]["venue"].get<std::string>();
    EXPECT_TRUE(part.starts_with("stopped: " + std::string{sentence_of(why)})) << part;
    EXPECT_NE(
        get("/metrics")
            .body.find("headroom_venue_stopped{cause=\"" + std::string{to_string(why)} + "\"} 1"),
        std::string::npos);
  }
  gauge.show({});
  gauge.show_accounts({actors::venue_stop::approvals, hour}, "main: missing: pUSD to the exchange");
  EXPECT_NE(get("/readyz").json()["parts"]["venue"].get<std::string>().find(
                "; main: missing: pUSD to the exchange"),
            std::string::npos)
      << "the operator is told which";
  gauge.show_accounts({}, "");
  EXPECT_EQ(get("/buffer/max-bet?user_address=" + user_text, read_key.text).json()["max_bet"],
            "40.00");
  EXPECT_EQ(get("/metrics").body.find("headroom_venue_stopped{cause=\"account\"} 1"),
            std::string::npos);
}

TEST_F(Reads, MetricsShowWhatMayStillBeReadAtTheVenue) {
  start();
  const auto before = get("/metrics").body;
  EXPECT_EQ(before.find("headroom_venue_reads_left "), std::string::npos) << "nobody knows yet";
  auto& gauge = dir->gauges.venue_state();
  const auto now = actors::venue_gauge::time_point::clock::now();
  gauge.show_reads({10.0, 0.0, 50.0, 7, now});  // nothing comes back
  gauge.count_read();
  gauge.count_read();
  const auto body = get("/metrics").body;
  for (const auto* line : {"headroom_venue_reads_left 10", "headroom_venue_reads_used 40",
                           "headroom_venue_reads_waiting 7", "headroom_venue_reads_total 2"})
    EXPECT_NE(body.find(line), std::string::npos) << line;
  const actors::venue_gauge::read_budget budget{10.0, 35.0, 50.0, 0, now};
  EXPECT_EQ(budget.left_at(now + std::chrono::seconds{1}), 45.0) << "it comes back by itself";
  EXPECT_EQ(budget.left_at(now + std::chrono::seconds{2}), 50.0);
}

TEST_F(Reads, MetricsShowTheSocketsToTheVenue) {
  start();
  auto& channel = dir->gauges.channel();
  channel.up = 2;
  channel.hints = 7;
  channel.reconnects = 3;
  channel.unreadable = 1;
  const auto body = get("/metrics").body;
  for (const char* line :
       {"headroom_venue_sockets_up 2\n", "headroom_venue_hints_total 7\n",
        "headroom_venue_reconnects_total 3\n", "headroom_venue_frames_ignored_total 1\n"})
    EXPECT_NE(body.find(line), std::string::npos) << line;
}

TEST_F(Reads, MetricsShowWhoWaitsForTheirTurnAtTheVenue) {
  start();
  dir->gauges.turns().waiting = 5;
  dir->gauges.turns().refused = 3;
  const auto body = get("/metrics").body;
  for (const char* line :
       {"headroom_venue_turns_waiting 5\n", "headroom_venue_turns_refused_total 3\n"})
    EXPECT_NE(body.find(line), std::string::npos) << line;
}

TEST_F(Reads, TheConfigurationSaysWhatToPayWithAndSignUnder) {
  settings.profile = "sandbox";
  settings.deposit_network = "eip155:9745";
  settings.deposit_asset = user;
  settings.deposit_token_name = "USDT0";
  settings.pricing = {30, 10'000_micro, {}};
  settings.sources = {{"plasma", "eip155:9745", user, "USDT0", "1", user, 1_usdc, 50_usdc},
                      {"polygon", "eip155:137", user, "USD Coin", "2", user, 2_usdc, 60_usdc}};
  settings.sources[1].chain = {137,   "Polygon", {"https://rpc.example"},
                               "POL", "POL",     "https://scan.example"};
  settings.bet_domain = {*address::parse("0x" + std::string(40, 'b')), {137, 9745}};
  start();
  const auto r = get("/app/config");
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.header("cache-control"), "public, max-age=60");
  EXPECT_EQ(ask("GET", "/app/config", {{"If-None-Match", r.header("etag")}}).status, 304);
  const auto doc = r.json();
  EXPECT_EQ(doc["bet"]["domain"],
            json::parse(R"({"name":"Headroom","version":"1","chain_ids":[137,9745],
                            "verifying_contract":"0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"})"));
  EXPECT_EQ(doc["bet"]["longest_deadline_s"], 86'400);
  EXPECT_EQ(doc["deposit"]["network"], "eip155:9745");
  EXPECT_EQ(doc["deposit"]["pay_to"], user_text) << "of the source in front";
  EXPECT_EQ(doc["deposit"]["fee"], json::parse(R"({"bps":30,"min":"0.01","max":null})"));
  ASSERT_EQ(doc["deposit"]["sources"].size(), 2U);
  EXPECT_EQ(doc["deposit"]["sources"][1]["network"], "eip155:137");
  EXPECT_EQ(doc["deposit"]["sources"][1]["token_version"], "2");
  EXPECT_EQ(doc["deposit"]["sources"][1]["max"], "60.00");
  EXPECT_EQ(doc["deposit"]["sources"][1]["rate_bps"], 10'000);
  EXPECT_TRUE(doc["deposit"]["chain"].is_null()) << "without public nodes wallets are told nothing";
  EXPECT_EQ(doc["deposit"]["sources"][1]["chain"],
            json::parse(R"({"chain_id":137,"name":"Polygon","rpc_urls":["https://rpc.example"],
                            "native_currency":{"name":"POL","symbol":"POL","decimals":18},
                            "explorer":"https://scan.example"})"));
}

TEST_F(Reads, MaxBetIsReadFromWhatTheOwnersShowAndAskedForOtherwise) {
  start();
  const auto max_bet = [&] {
    return get("/buffer/max-bet?user_address=" + user_text, read_key.text).json()["max_bet"];
  };
  EXPECT_EQ(max_bet(), "40.00") << "asked";
  actors::actor_card card;
  const auto owner = dir->users.find_balance(user);
  auto another = actors::key_of(owner);
  ++another.id;
  dir->users.show_balance(user, another, card);  // not the owner
  card.shown = (12_usdc).micro;
  EXPECT_EQ(max_bet(), "40.00") << "the buffer is unknown";
  dir->gauges.publish_buffer_available(30_usdc);
  EXPECT_EQ(max_bet(), "40.00") << "nobody shows anything";
  dir->users.show_balance(user, actors::key_of(owner), card);
  EXPECT_EQ(max_bet(), "12.00");
  dir->gauges.publish_buffer_available(5_usdc);
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
    "updated_at": "2027-01-15T08:00:00.000Z", "forecast": {"level": "low", "low": "10000.00",
      "target": "20000.00", "high": "40000.00", "outflow_per_hour": "36.00",
      "outflow_day": "500.00", "arriving": "50.00", "arrived_day": "240.00", "seconds_to_low": 0,
      "seconds_to_empty": 899000, "slowest_route_seconds": 3600,
      "recommended_by_outflow": "36.00"}})");
  EXPECT_EQ(doc, expected);
}

TEST_F(Reads, AForecastOfNothingMeasuredIsNull) {
  says.buffer = [] { return buffer_status{}; };
  start();
  const auto doc = get("/buffer/status").json()["forecast"];
  EXPECT_EQ(doc["level"], "unknown");
  for (const auto* name : {"outflow_per_hour", "outflow_day", "seconds_to_low", "seconds_to_empty",
                           "slowest_route_seconds", "recommended_by_outflow"})
    EXPECT_EQ(doc[name], nullptr) << name;
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
    "result": null, "payout": null, "progress": null,
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

TEST_F(Reads, BetsAreFilteredByTokenAndTime) {
  bet_filter seen;
  says.list_bets = [&](const bet_filter& f) {
    seen = f;
    return bet_page{};
  };
  start();
  const std::string window = "&since=2027-01-15T08:00:00Z&until=2027-01-15T08:00:01Z";
  EXPECT_EQ(get("/bets?user_address=" + user_text + "&token_id=7" + window, read_key.text).status,
            200);
  EXPECT_TRUE(seen.has_token && seen.token == uint256::of(7));
  EXPECT_EQ(seen.created.since, timestamp::of_seconds(1'800'000'000));
  EXPECT_EQ(seen.created.until, timestamp::of_seconds(1'800'000'001));
  expect_problem(get("/bets?token_id=7", read_key.text), 400, "invalid_field", "token_id");
  expect_problem(get("/bets?since=yesterday", read_key.text), 400, "invalid_field", "since");
  expect_problem(get("/bets?since=2027-01-15T08:00:00Z&until=2027-01-15T08:00:00Z", read_key.text),
                 400, "invalid_field", "until");
}

TEST_F(Reads, ABetIsFoundByItsIdempotencyKeyAndNothingIsPlaced) {
  std::vector<bet_id> seen;
  says.find_bet_by = [&](const bet_id& id) {
    seen.push_back(id);
    return example_bet(bet_status::filled);
  };
  start();
  auto headers = bearer(full_key.text);
  headers.emplace_back("Idempotency-Key", "k-1");
  ask("POST", "/bets", headers,
      R"({"user_address":")" + user_text + R"(","token_id":"7","amount":"2","max_price":"0.5"})");
  bet_id placed;
  {
    const std::lock_guard lock{says.mutex};
    ASSERT_EQ(says.placed.size(), 1U);
    EXPECT_EQ(says.placed[0].by, "key:" + full_key.record.id) << "the key itself, not its name";
    placed = says.placed[0].id;
  }
  const auto own = get("/bets?idempotency_key=k-1", full_key.text);
  EXPECT_EQ(own.status, 200);
  EXPECT_EQ(own.json()["bet_id"], "11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(get("/bets?idempotency_key=k-1", read_key.text).status, 200);
  EXPECT_EQ(get("/bets?idempotency_key=k-1&user_address=" + user_text, read_key.text).status, 200);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0], placed);
  EXPECT_NE(seen[1], placed) << "another key's Idempotency-Key is another name";
  EXPECT_NE(seen[2], placed);
  EXPECT_NE(seen[2], seen[1]);
  says.find_bet_by = [](const bet_id&) -> caf::result<bet> { return make_error(errc::not_found); };
  expect_problem(get("/bets?idempotency_key=k-9", read_key.text), 404, "not_found");
  expect_problem(get("/bets?idempotency_key=", read_key.text), 400, "invalid_field",
                 "idempotency_key");
  expect_problem(get("/bets?idempotency_key=k&status=filled", read_key.text), 400, "invalid_field",
                 "status");
  EXPECT_EQ(get("/bets?idempotency_key=k").status, 401);
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(says.placed.size(), 1U);
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
  EXPECT_EQ(doc["next_cursor"], "next-2");
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
  const auto& sent = c["steps"][0]["transactions"];
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0]["purpose"], "bridge");
  EXPECT_EQ(sent[0]["chain_id"], 9745);
  EXPECT_EQ(sent[0]["nonce"], 7);
  EXPECT_EQ(sent[0]["status"], "confirmed");
  EXPECT_EQ(sent[0]["block_number"], 12);
  EXPECT_EQ(sent[1]["status"], "stored");
  EXPECT_EQ(sent[1]["block_number"], nullptr);
  EXPECT_TRUE(c["steps"][1]["transactions"].empty());
}

TEST_F(Reads, AHeldConversionSaysSo) {
  says.find_conversion = [] {
    auto c = example_conversion();
    c.steps[1].state = "held";
    c.steps[1].detail = "note=waits: the price is below the floor";
    return c;
  };
  start();
  const auto c = get("/conversions/55555555-5555-5555-5555-555555555555", read_key.text).json();
  EXPECT_EQ(c["status"], "held");
  EXPECT_EQ(c["steps"][1]["state"], "held");
}

TEST_F(Reads, ConversionMetricsHaveRates) {
  start();
  const auto doc = get("/conversions/metrics", read_key.text).json();
  const auto expected = json::parse(R"({
    "completed": 3, "failed": 1, "running": 2, "average_seconds": 1.5, "p95_seconds": 2.5,
    "p99_seconds": 2.6, "success_rate": 0.75, "realised_rate": 0.99, "total_in": "100.00",
    "total_received": "99.00", "total_loss": "1.00", "fees": {"usdc": "1.00", "native": [
      {"chain_id": 9745, "wei": "1200000000000000000"}, {"chain_id": 137, "wei": "3000"}]},
    "bridge_fee": "0.40", "swap_fee": "0.60", "slippage": "-0.10", "replenished_per_hour": "2.00",
    "routes": [{"route": "oft_uniswap", "source": {"network": "eip155:9745", "chain_id": 9745,
      "token": "0x7777777777777777777777777777777777777777"}, "completed": 3, "failed": 1,
      "running": 2, "average_seconds": 1.5, "p95_seconds": 2.5, "p99_seconds": 2.6,
      "success_rate": 0.75, "realised_rate": 0.99, "total_in": "100.00",
      "total_received": "99.00", "total_loss": "1.00", "bridge_fee": "0.40", "swap_fee": "0.60",
      "slippage": "-0.10", "replenished_per_hour": "2.00"}]})");
  EXPECT_EQ(doc, expected);
}

TEST_F(Reads, RoutesSayWhatTheyCostAndWhyTheyWereNotChosen) {
  start();
  const auto doc = get("/routes", read_key.text).json();
  const auto expected = json::parse(R"({"routes": [
    {"name": "oft_uniswap", "source": {"network": "eip155:9745", "chain_id": 9745,
      "token": "0x7777777777777777777777777777777777777777"}, "enabled": true, "disabled": null,
     "steps": ["bridge", "swap"], "expected_seconds": 3600,
     "quote": {"amount": "1000.00", "cost": "0.60", "cost_bps": 6, "seconds": 3600,
       "least": "1.00", "most": null, "refusal": null, "at": "2027-01-15T08:00:00.000Z"},
     "in_flight": {"conversions": 2, "amount": "80.00", "seen": {"readable": true, "moves": 1,
       "amount": "30.00", "problem": null}},
     "cap": {"fee_bps": 20, "slippage_bps": null, "size": "50000.00", "in_flight": null},
     "choice": {"code": "dearer", "detail": "6.00 bps in 3600 s",
       "at": "2027-01-15T08:00:00.000Z"}},
    {"name": "typo", "source": null, "enabled": true, "disabled": null, "steps": [],
     "expected_seconds": null, "quote": null,
     "in_flight": {"conversions": 0, "amount": "0.00", "seen": null},
     "cap": {"fee_bps": null, "slippage_bps": null, "size": null, "in_flight": null},
     "choice": {"code": "missing", "detail": null, "at": null}}],
    "waiting": [{"source": {"network": "eip155:8453", "chain_id": 8453,
      "token": "0x7878787878787878787878787878787878787878"}, "deposits": 2, "amount": "12.00",
      "since": "2027-01-15T08:00:00.000Z", "why": "no route takes it"}]})");
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
  EXPECT_EQ(doc["liabilities"]["at_venue"], "5.00");
  EXPECT_EQ(doc["on_chain"]["plasma_usdt0"], "20.00");
  EXPECT_EQ(doc["on_chain"]["polygon_usdc"], nullptr);
  EXPECT_EQ(doc["on_chain"]["polygon_collateral"], nullptr);
  EXPECT_EQ(doc["on_chain"]["shortfall"], "0.00");
  EXPECT_EQ(doc["insolvent_since"], nullptr);
}

TEST_F(Reads, TheCollateralIsShown) {
  says.chain = [] { return actors::onchain_balances{true, 20_usdc, true, {}, 70_usdc, 30_usdc}; };
  start();
  const auto doc = get("/audit/solvency", read_key.text).json();
  EXPECT_EQ(doc["on_chain"]["polygon_usdc"], "70.00");
  EXPECT_EQ(doc["on_chain"]["polygon_collateral"], "30.00");
}

/// By the audit's verdict, which is the metric's: the books alone may look well.
TEST_F(Reads, InsolvencyIsSaid) {
  says.verdict = [] { return solvency{true, false, 15_usdc, true, 100_usdc, now(), now()}; };
  start();
  const auto doc = get("/audit/solvency", read_key.text).json();
  EXPECT_EQ(doc["difference"], "15.00");
  EXPECT_EQ(doc["on_chain"]["shortfall"], "100.00");
  EXPECT_EQ(doc["solvent"], false);
  EXPECT_NE(doc["insolvent_since"], nullptr);
  EXPECT_NE(get("/metrics").body.find("headroom_solvent 0\n"), std::string::npos);
  dir->handles.set(actors::audit_actor{});
  expect_problem(get("/audit/solvency", read_key.text), 503, "unavailable");
}

TEST_F(Reads, AlertsAreShownWhileTheyLastAndAfterwards) {
  start();
  auto& board = dir->gauges.alerts();
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
  dir->handles.set(actors::guardian_actor{});
  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Reads, DrainingIsNotReady) {
  start();
  dir->users.drain();
  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Reads, PricingShowsWhatWasChargedBesideWhatItCost) {
  start();
  const auto doc = get("/pricing?days=7", read_key.text).json();
  EXPECT_EQ(doc, json::parse(R"({"days": [{
    "day": "2027-01-15", "route": "oft_uniswap", "conversions": 7, "amount": "50.00",
    "charged": "0.10", "cost": "-0.000007", "margin": "0.100007"}]})"));
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
  dir->handles.set_public_query({});
  expect_problem(get("/bets", read_key.text), 503, "unavailable");
}

TEST_F(Reads, NoPublicReadAsksTheConnectionThatMoneyNeeds) {
  start();  // with the keys, which the house's own query actor answers
  dir->handles.set(actors::query_actor{});
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
  using answer = caf::result<actors::route_listing>;
  const auto silent = keep(system->spawn(
      [](actors::conversion_actor::pointer self) -> actors::conversion_actor::behavior_type {
        return {[](const credit_deposit&) { return committed{}; },
                [self](actors::get_atom) -> answer {
                  return self->make_response_promise<actors::route_listing>();  // never delivered
                },
                [](actors::poll_atom) {},
                [](actors::status_atom) { return actors::status_report{}; }};
      }));
  dir->handles.set(silent);
  expect_problem(get("/routes", read_key.text), 503, "timed_out");
}

TEST_F(Reads, WhileTheHouseIsFullABalanceIsReadFromTheBooks) {
  dir = std::make_unique<actors::directory>(64, 0);
  spawn_singletons();
  start();
  const auto path = [](const char* route) { return route + ("?user_address=" + user_text); };
  for (const auto* route : {"/balance", "/buffer/max-bet"})
    expect_problem(get(path(route), read_key.text), 503, "unavailable");  // the buffer is unknown
  dir->gauges.publish_buffer_available(30_usdc);
  EXPECT_EQ(get(path("/balance"), read_key.text).json()["balance"], "45.00");
  const auto doc = get(path("/buffer/max-bet"), read_key.text).json();
  EXPECT_EQ(doc["user_balance"], "45.00");
  EXPECT_EQ(doc["max_bet"], "30.00");
  EXPECT_EQ(doc["limiting_factor"], "buffer");
}

TEST_F(Reads, AnAddressTheBooksDoNotKnowWakesNobody) {
  says.find_balance = [](const address& who) { return balance_row{who, {}, 0}; };
  start();
  dir->gauges.publish_buffer_available(30_usdc);
  for (int n = 0; n < 20; ++n) {
    const auto stranger = "0x" + std::string(38, 'b') + std::to_string(10 + n);
    for (const auto* route : {"/balance", "/buffer/max-bet"}) {
      const auto r = get(route + ("?user_address=" + stranger), read_key.text);
      ASSERT_EQ(r.status, 200) << r.body;
      EXPECT_EQ(r.json()["max_bet"], "0.00");
      EXPECT_EQ(r.json()["limiting_factor"], "user_balance");
    }
  }
  EXPECT_EQ(dir->users.balance_count(), 0U);
  says.find_balance = [](const address& who) { return balance_row{who, 45_usdc, 1}; };
  EXPECT_EQ(get("/buffer/max-bet?user_address=" + user_text, read_key.text).json()["user_balance"],
            "40.00")
      << "its actor's word: a deduction may be on its way";
  EXPECT_EQ(dir->users.balance_count(), 1U);
}

TEST_F(Reads, ReportsWaitInALineOfTheirOwn) {
  start();
  dir->handles.set_public_query({});
  EXPECT_EQ(get("/conversions/metrics", read_key.text).status, 200);
  dir->handles.set_reports({});
  expect_problem(get("/conversions/metrics", read_key.text), 503, "unavailable");
}

TEST_F(Reads, AnIdleBalanceActorThatLeftIsAskedAgain) {
  start();
  const auto target = "/buffer/max-bet?user_address=" + user_text;
  ASSERT_EQ(get(target, read_key.text).status, 200);
  // It ends without a word; the directory forgets it while the request bounces.
  const auto gone = dir->users.find_balance(user);
  caf::scoped_actor self{*system};
  self->monitor(gone);
  self->send_exit(gone, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {});
  expect_problem(get(target, read_key.text), 503, "unavailable");  // still in the directory
  dir->users.forget_balance(user, actors::key_of(gone));
  EXPECT_EQ(get(target, read_key.text).status, 200);
}

}  // namespace
}  // namespace headroom::http::test
