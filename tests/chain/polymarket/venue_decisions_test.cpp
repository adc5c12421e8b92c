#include <gtest/gtest.h>

#include <ctime>

#include "actors/alerts.hpp"
#include "chain/polymarket/order.hpp"
#include "tests/chain/polymarket/venue_fixture.hpp"

namespace headroom::test {
namespace {

std::string http_date(std::int64_t seconds) {
  const std::time_t at = seconds;
  std::tm parts{};
  gmtime_r(&at, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

struct VenueDecisions : venue_fixture {};

// -- how far a refusal reaches -------------------------------------------------------------------

TEST_F(VenueDecisions, AMarketWhoseOrdersAreRefusedStopsAlone) {
  const std::tuple<unsigned, const char*, errc> texts[]{
      {400, "invalid signature", errc::unavailable},
      {400, "Invalid order payload", errc::unavailable},
      {400, "order_version_mismatch", errc::unavailable},
      {400, "invalid order version", errc::unavailable},
      {400, "the orderbook 20000000 does not exist", errc::market_closed},
      {404, "No orderbook exists for the requested token id", errc::market_closed},
  };
  start();
  for (const auto& [status, words, code] : texts) {
    const auto o = order(bad);
    there.on_order = [&, status = status, words = words](const json&) {
      return fake_venue::refusal(status, words);
    };
    const auto a = submit(o);
    ASSERT_TRUE(a->value);
    EXPECT_EQ(a->value->verdict, venue_verdict::refused) << words;
    const auto refused = quote(bad);
    EXPECT_EQ(refused->code, code) << words;
    EXPECT_EQ(refused->retry_after, 60s) << words;
    EXPECT_TRUE(quote(good)->value) << words;
    EXPECT_EQ(stopped(), venue_stop::none) << words;
    EXPECT_EQ(dir.gauges.venue_state().stopped_markets(), 1U) << words;
    advance(61s);
    EXPECT_EQ(dir.gauges.venue_state().stopped_markets(), 0U);
    EXPECT_TRUE(quote(bad)->value) << words << ": it may be tried again";
  }
}

TEST_F(VenueDecisions, AVersionMismatchAsksForTheVersionAtOnce) {
  start();
  const auto o = order(bad);
  ASSERT_EQ(there.by_orders["GET /version"], 1U);
  there.on_order = [](const json&) { return fake_venue::refusal(400, "order_version_mismatch"); };
  there.version = 3;
  submit(o);
  EXPECT_EQ(there.by_orders["GET /version"], 2U);
  EXPECT_EQ(stopped(), venue_stop::version);
  EXPECT_EQ(quote(good)->code, errc::unavailable);
  there.version = 2;
  advance(11s);
  EXPECT_EQ(stopped(), venue_stop::none);
  EXPECT_TRUE(quote(good)->value);
}

TEST_F(VenueDecisions, WhatTheAccountMayNotDoStopsAllBetsAndIsShown) {
  const std::pair<unsigned, const char*> texts[]{
      {400, "'0xab' address banned"},
      {400, "'0xab' address in closed only mode"},
      {400, "the order owner has to be the owner of the API KEY"},
      {400, "the order signer address has to be the address of the API KEY"},
      {400, "maker address not allowed, please use the deposit wallet flow"},
      {403, "Trading restricted in your region, please refer to available regions"},
      {403, "<!DOCTYPE html><html>Cloudflare</html>"},
  };
  start();
  for (const auto& [status, words] : texts) {
    const auto o = order(good);
    const auto next = order(good);
    there.on_order = [&, status = status, words = words](const json&) {
      return fake_venue::answer(status, status == 403 ? words : json{{"error", words}}.dump());
    };
    EXPECT_EQ(submit(o)->value->verdict, venue_verdict::refused) << words;
    EXPECT_EQ(stopped(), venue_stop::account) << words;
    EXPECT_TRUE(dir.gauges.alerts().lasts("venue.stopped", "account"));
    const auto q = quote(bad);
    EXPECT_EQ(q->code, errc::unavailable);
    EXPECT_EQ(q->retry_after, 300s);
    EXPECT_EQ(q->detail, actors::sentence_of(venue_stop::account)) << "ours, not the venue's";
    const auto posts = there.posts();
    EXPECT_EQ(submit(next)->value->verdict, venue_verdict::not_now);
    EXPECT_EQ(there.posts(), posts) << "nothing leaves";
    advance(100s);
    EXPECT_EQ(quote(good)->retry_after, 200s) << "what is left";
    advance(201s);
    EXPECT_EQ(stopped(), venue_stop::none);
    EXPECT_FALSE(dir.gauges.alerts().lasts("venue.stopped", "account"));
    EXPECT_TRUE(quote(good)->value);
  }
}

/// The keeper of our accounts says so, not the venue (account_keeper.hpp).
TEST_F(VenueDecisions, AnAccountThatIsNotReadyIsQuotedNothing) {
  start();
  auto& gauge = dir.gauges.venue_state();
  gauge.show_accounts({venue_stop::approvals, sched.clock().now() + 5s}, "main: missing: ...");
  const auto q = quote(good);
  EXPECT_EQ(q->code, errc::unavailable);
  EXPECT_EQ(q->retry_after, 5s);
  EXPECT_EQ(q->detail, actors::sentence_of(venue_stop::approvals)) << "fit for a user";
  advance(10s);
  EXPECT_EQ(stopped(), venue_stop::approvals) << "the venue's own word does not open it";
  gauge.show_accounts({}, "");
  EXPECT_TRUE(quote(good)->value);
}

TEST_F(VenueDecisions, AKeyThatIsNotAcceptedIsWaitedForAndStopsBetsAfterMinutesOnly) {
  start();
  const auto o = order(good);
  there.key_works = false;
  const auto first = submit(o, 3600s);
  advance(6s);  // a renewal is at most so often
  ASSERT_TRUE(first->value);
  EXPECT_EQ(first->value->verdict, venue_verdict::not_now) << "nothing was accepted";
  for (auto waited = 6s; waited < 170s; waited += 10s) {
    EXPECT_TRUE(quote(good)->value) << waited.count();
    EXPECT_EQ(stopped(), venue_stop::none) << waited.count();
    const auto again = submit(o, 3600s);
    advance(10s);
    ASSERT_FALSE(again->open);
    EXPECT_EQ(again->value->verdict, venue_verdict::not_now);
  }
  for (int i = 0; i < 3; ++i) {
    submit(o, 3600s);
    advance(10s);
  }
  EXPECT_EQ(stopped(), venue_stop::credentials);
  EXPECT_EQ(quote(good)->code, errc::unavailable);
  EXPECT_TRUE(dir.gauges.alerts().lasts("venue.stopped", "credentials"));
  there.key_works = true;
  advance(300s);
  EXPECT_EQ(stopped(), venue_stop::none);
  const auto posts = there.posts();
  submit(o, 3600s);
  EXPECT_EQ(there.posts(), posts + 1);
  there.key_works = false;  // it worked in between: patience begins anew
  submit(order(good), 3600s);
  advance(10s);
  EXPECT_EQ(stopped(), venue_stop::none);
}

TEST_F(VenueDecisions, TwoStraysFarApartAreNoOutage) {
  start();
  for (int round = 0; round < 2; ++round) {
    there.key_works = false;
    submit(order(good), 3600s);
    advance(10s);
    there.key_works = true;
    advance(600s);  // nobody bets: nothing says that the key works again
  }
  there.key_works = false;
  submit(order(good), 3600s);
  advance(10s);
  EXPECT_EQ(stopped(), venue_stop::none);
}

TEST_F(VenueDecisions, AKeyThatIsNotGivenStopsBetsAfterMinutesToo) {
  start();
  there.keys_are_given = false;
  const auto o = order(good);
  for (auto waited = 0s; waited < 170s; waited += 10s) {
    EXPECT_EQ(stopped(), venue_stop::none) << waited.count();
    submit(o, 3600s);
    advance(10s);
  }
  for (int i = 0; i < 3; ++i) {
    submit(o, 3600s);
    advance(10s);
  }
  EXPECT_EQ(stopped(), venue_stop::credentials);
  EXPECT_EQ(there.posts(), 0U);
  advance(120s);
  EXPECT_EQ(stopped(), venue_stop::credentials);
  there.keys_are_given = true;
  advance(settings.key_renewal + 1s);
  EXPECT_EQ(stopped(), venue_stop::none) << "bets are taken as soon as there is a key";
}

// -- definite refusals ---------------------------------------------------------------------------

TEST_F(VenueDecisions, UnlistedRefusalsEndAtOnceAndTellOurSentenceOnly) {
  const std::string words = "balance: 123456789, sum of active orders: 987654321";
  start();
  for (const auto& r :
       {fake_venue::refusal(400, words), fake_venue::refusal(422, words),
        fake_venue::answer(200,
                           json{{"success", true}, {"errorMsg", words}, {"orderID", ""}}.dump()),
        fake_venue::answer(200, json{{"success", false}, {"errorMsg", words}}.dump())}) {
    const auto o = order(good);
    const auto posts = there.posts();
    there.on_order = [&](const json&) { return r; };
    const auto a = submit(o);
    ASSERT_TRUE(a->value);
    EXPECT_EQ(a->value->verdict, venue_verdict::refused) << r.body;
    EXPECT_EQ(a->value->reason, "refused: the venue refused the order");
    EXPECT_EQ(there.posts(), posts + 1);
  }
}

TEST_F(VenueDecisions, ARunOfRefusedFundsIsAnAlert) {
  start();
  there.on_order = [](const json&) {
    return fake_venue::refusal(400,
                               "not enough balance / allowance: the balance is not enough -> "
                               "balance: 1, sum of matched orders: 2");
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(dir.gauges.alerts().lasts("venue.collateral", ""));
    const auto a = submit(order(good));
    EXPECT_EQ(a->value->reason.find("balance: 1"), std::string::npos) << a->value->reason;
  }
  EXPECT_TRUE(dir.gauges.alerts().lasts("venue.collateral", ""));
  EXPECT_EQ(stopped(), venue_stop::none) << "the others' bets may still be paid";
}

// -- waits ---------------------------------------------------------------------------------------

TEST_F(VenueDecisions, AWaitThatTheVenueAsksForIsHonoured) {
  const auto in_90_s = [&]() -> net::http_headers {
    return {{"retry-after", http_date(w->now().seconds() + 90)}};
  };
  const auto seconds = []() -> net::http_headers { return {{"Retry-After", "90"}}; };
  const auto none = []() -> net::http_headers { return {}; };
  const std::tuple<unsigned, std::string, std::function<net::http_headers()>> answers[]{
      {429, R"({"error":"Too Many Requests"})", seconds},
      {429, "<html>", in_90_s},
      {503, R"({"error":"cancel-only mode","retry_after_seconds":90})", none},
      {503, R"({"error":"back soon","code":"maintenance","retry_after_seconds":89.2})", none},
      {503, R"({"error":"Trading is currently disabled."})", in_90_s},
      {425, R"({"error":"service not ready"})", seconds},
  };
  start();
  for (const auto& [status, body, headers] : answers) {
    there.on_order = [&, status = status](const json&) {
      return fake_venue::answer(status, body, headers());
    };
    const auto o = order(good);
    const auto before = there.posts();
    EXPECT_EQ(submit(o, 3600s)->value->verdict, venue_verdict::not_now) << body;
    EXPECT_EQ(stopped(), venue_stop::waiting) << body;
    EXPECT_EQ(quote(good)->retry_after, 90s) << body;
    advance(89s);
    EXPECT_EQ(submit(o, 3600s)->value->verdict, venue_verdict::not_now);
    EXPECT_EQ(there.posts(), before + 1) << body << ": not before its time";
    advance(2s);
    EXPECT_EQ(stopped(), venue_stop::none) << body;
    submit(o, 3600s);
    EXPECT_EQ(there.posts(), before + 2) << body;
    advance(91s);
  }
}

TEST_F(VenueDecisions, AMomentsWaitRefusesNobody) {
  start();
  there.on_order = [](const json&) {
    return fake_venue::refusal(429, "Too Many Requests", {{"Retry-After", "2"}});
  };
  submit(order(good));
  EXPECT_EQ(stopped(), venue_stop::none);
  const auto next = quote(good);
  EXPECT_TRUE(next->open) << "its turn comes when the venue takes orders again";
  advance(2100ms);
  EXPECT_TRUE(next->value);
}

// -- who may reach the venue ---------------------------------------------------------------------

TEST_F(VenueDecisions, EachSignerAndEachKeyHasABudget) {
  settings.orders_per_second = 8;
  settings.signer_share = 0.125;  // one a second, ten at once
  settings.key_share = 0.5;       // four a second, forty at once
  start();
  const auto allowed = [&](const std::string& who) {
    int n = 0;
    while (n < 100 && quote(good, 500'000_micro, who)->value) ++n;
    return n;
  };
  EXPECT_EQ(allowed("user:0xaa"), 10);
  EXPECT_EQ(allowed("user:0xbb"), 10) << "not the other's";
  EXPECT_EQ(allowed("desk"), 40);
  const auto refused = quote(good, 500'000_micro, "user:0xaa");
  EXPECT_EQ(refused->code, errc::rate_limited);
  EXPECT_GE(refused->retry_after, 1s);
  EXPECT_LE(refused->retry_after, 2s);
  EXPECT_TRUE(quote(good)->value) << "the house itself";
  advance(3100ms);
  EXPECT_EQ(allowed("user:0xaa"), 3);
}

TEST_F(VenueDecisions, AnUnknownTokenIsAskedForOnce) {
  start();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(quote(77)->code, errc::unknown_market);
  EXPECT_EQ(there.reads_of("/"), 1U);
  advance(61s);
  there.markets["77"];
  EXPECT_TRUE(quote(77)->value) << "it was listed meanwhile";
}

TEST_F(VenueDecisions, FewMarketsAreReadAtATimeAndASilentOneIsNotAskedAgainAtOnce) {
  settings.max_loads = 8;
  start();
  there.reads_hang = true;
  int overloaded = 0;
  for (int token = 100; token < 300; ++token)
    overloaded += quote(token)->code == errc::overloaded ? 1 : 0;
  EXPECT_EQ(there.reads_of("/"), 8U);
  EXPECT_EQ(overloaded, 192);
}

TEST_F(VenueDecisions, OrdersDoNotWaitBehindReads) {
  start();
  const auto o = order(good);
  there.reads_hang = true;
  for (int token = 100; token < 400; ++token) quote(token);
  ask<venue_answer>(actors::look_up_order{o, w->now()});
  EXPECT_EQ(submit(o)->value->verdict, venue_verdict::refused_conclusive);
  EXPECT_TRUE(ask<bool>(actors::cancel_order{o})->value.has_value());
  for (const auto& [what, count] : there.by_orders)
    EXPECT_TRUE(what.find("/data/") == std::string::npos &&
                what.find("market") == std::string::npos)
        << what << " through the orders' client";
  EXPECT_EQ(there.by_reads.count("POST /order"), 0U);
  EXPECT_EQ(there.by_reads.count("DELETE /order"), 0U);
}

// -- what the exchange's chain says --------------------------------------------------------------

/// Two nodes that tell what they are told to: whether the order was touched; nothing: silence.
struct VenueOnTwoNodes : VenueDecisions {
  std::array<std::optional<bool>, 2> touched;

  VenueOnTwoNodes() {
    on_chain = [this](const chain::rpc_request& x) {
      chain::rpc_result out;
      out.node = x.node.value_or(touched[0] ? 0 : 1);
      out.nodes = 2;
      const auto word = touched[out.node];
      if (!word) return out;
      out.status = chain::rpc_status::ok;
      if (x.method == "eth_getBlockByNumber") {
        out.value = {
            {"number", "0x64"},
            {"hash", "0x" + std::string(64, 'b')},
            {"timestamp", chain::eth::quantity(static_cast<std::uint64_t>(w->now().seconds()))}};
      } else if (x.method == "eth_getLogs") {
        out.value = json::array();
      } else {
        out.value = "0x" + std::string(63, '0') + (*word ? "1" : "0") + std::string(64, '0');
      }
      return out;
    };
    start();
  }
  /// An order that the venue does not know.
  venue_answer look_at_a_fresh_order() {
    const auto sent_at = w->now();
    const auto r = look(order(good), sent_at);
    advance(1s);
    EXPECT_TRUE(r->value);
    return r->value ? *r->value : venue_answer{};
  }
};

TEST_F(VenueOnTwoNodes, WhatBothCallUntouchedIsUntouched) {
  touched = {false, false};
  const auto now = w->now();
  const auto a = look_at_a_fresh_order();
  EXPECT_EQ(a.verdict, venue_verdict::absent) << a.reason;
  EXPECT_GE(a.untouched_until, now);
}

TEST_F(VenueOnTwoNodes, OneThatSawTheFillOutweighsOneThatDidNot) {
  for (const bool first : {true, false}) {
    touched = {first, !first};
    const auto a = look_at_a_fresh_order();
    EXPECT_EQ(a.verdict, venue_verdict::matched) << a.reason;
    EXPECT_FALSE(a.untouched_until.is_set());
  }
}

TEST_F(VenueOnTwoNodes, OneAloneProvesNothingUntilTheOrderHasSettledDown) {
  for (const bool first : {true, false}) {
    touched = {};
    touched[first ? 0 : 1] = false;
    const auto sent_at = w->now();
    const auto o = order(good);
    auto r = look(o, sent_at);
    advance(1s);
    ASSERT_TRUE(r->value);
    EXPECT_EQ(r->value->verdict, venue_verdict::unknown) << r->value->reason;
    EXPECT_FALSE(r->value->untouched_until.is_set());
    advance(settings.settling_time);
    r = look(o, sent_at);
    advance(1s);
    ASSERT_TRUE(r->value);
    EXPECT_EQ(r->value->verdict, venue_verdict::absent) << r->value->reason;
    EXPECT_GE(r->value->untouched_until, sent_at.plus(settings.settling_time));
  }
}

TEST_F(VenueDecisions, APlaceIsGivenBackWhenThePostIsAnswered) {
  settings.max_in_flight = 2;
  settings.confirm_wait = 3600s;
  start();
  std::vector<actors::signed_order> orders;
  for (int i = 0; i < 10; ++i) orders.push_back(order(good));
  std::size_t next = 0;
  there.on_order = [&](const json&) {
    return fake_venue::answer(200, json{{"success", true},
                                        {"errorMsg", ""},
                                        {"orderID", orders[next++].hash.hex()},
                                        {"status", "matched"}}
                                       .dump());
  };
  std::vector<std::shared_ptr<heard<venue_answer>>> answers;
  for (const auto& o : orders) answers.push_back(submit(o));
  EXPECT_EQ(there.posts(), 10U) << "their trades are awaited outside of the two places";
}

// -- what is read ---------------------------------------------------------------------------------

/// In a crowd whoever gave up and asks again must not stand in the queue twice.
TEST_F(VenueDecisions, ManyLooksAtOneOrderAreOneLook) {
  settings.reads_per_second = settings.read_burst = 1;
  start();
  std::vector<std::shared_ptr<heard<venue_answer>>> answers;
  const auto o = order(good);
  const auto sent_at = w->now();
  for (int i = 0; i < 20; ++i) answers.push_back(look(o, sent_at));
  for (int i = 0; i < 100; ++i) advance(100ms);
  for (const auto& a : answers) EXPECT_FALSE(a->open);
  EXPECT_EQ(there.reads_of("/data/order/"), 1U);
}

TEST_F(VenueDecisions, TheHouseSeesWhatMayStillBeReadAndWhatWaits) {
  settings.reads_per_second = 1;
  settings.read_burst = 2;
  start();
  const auto& gauge = dir.gauges.venue_state();
  EXPECT_EQ(gauge.reads().most, 2.0);
  EXPECT_EQ(gauge.reads().left, 2.0);
  const auto sent_at = w->now();
  for (int i = 0; i < 5; ++i) look(order(good), sent_at);
  EXPECT_LT(gauge.reads().left, 1.0);
  EXPECT_GT(gauge.reads().waiting, 0U);
  for (int i = 0; i < 600; ++i) advance(100ms);
  EXPECT_EQ(gauge.reads_sent(), there.reads_of("/data/"));
  EXPECT_GT(gauge.reads_sent(), 2U);
}

TEST_F(VenueDecisions, ReadsAndCancelsWaitWhenTheyAreAskedTo) {
  start();
  const auto o = order(good);
  const auto sent_at = w->now();
  there.reads_in_ten_seconds = 0;
  there.wait = {{"Retry-After", "20"}};
  look(o, sent_at);
  advance(1s);
  const auto reads = there.reads_of("/data/");
  EXPECT_GT(reads, 0U);
  look(order(good), sent_at);
  for (int i = 0; i < 180; ++i) advance(100ms);
  EXPECT_EQ(there.reads_of("/data/"), reads);
  there.reads_in_ten_seconds = 500;
  for (int i = 0; i < 30; ++i) advance(100ms);
  EXPECT_GT(there.reads_of("/data/"), reads);

  there.on_cancel = fake_venue::answer(503, R"({"retry_after_seconds":15})");
  const auto cancels = [&] { return there.by_orders["DELETE /order"]; };
  EXPECT_FALSE(*ask<bool>(actors::cancel_order{o})->value);
  EXPECT_EQ(cancels(), 1U);
  advance(14s);
  EXPECT_FALSE(*ask<bool>(actors::cancel_order{o})->value);
  EXPECT_EQ(cancels(), 1U) << "asked to wait";
  advance(2s);
  ask<bool>(actors::cancel_order{o});
  EXPECT_EQ(cancels(), 2U);
}

TEST_F(VenueDecisions, CancelsHaveARateOfTheirOwn) {
  start();
  std::vector<actors::signed_order> orders;
  for (int i = 0; i < 100; ++i) orders.push_back(order(good));
  for (const auto& o : orders) ask<bool>(actors::cancel_order{o});
  EXPECT_EQ(there.by_orders["DELETE /order"], 60U) << "the venue takes 120 at once";
}

/// A provider that gives few blocks at once must not blind the look.
TEST_F(VenueDecisions, ARangeThatIsRefusedIsAskedInPieces) {
  std::uint64_t head = 100;
  on_chain = [&](const chain::rpc_request& x) {
    chain::rpc_result out;
    out.status = chain::rpc_status::ok;
    if (x.method == "eth_blockNumber") {
      out.value = chain::eth::quantity(head);
    } else if (x.method == "eth_getLogs") {
      const auto& range = x.params.at(0);
      const auto from = *chain::eth::read_number(range.at("fromBlock"));
      const auto to =
          range.at("toBlock") == "latest" ? head : *chain::eth::read_number(range.at("toBlock"));
      out.value = json::array();
      if (to - from < 10) return out;
      out.status = chain::rpc_status::error;
      out.error = {-32602, "range exceeds limit", {}};
    } else {
      out.value = {
          {"number", chain::eth::quantity(head)},
          {"hash", "0x" + std::string(64, 'b')},
          {"timestamp", chain::eth::quantity(static_cast<std::uint64_t>(w->now().seconds()))}};
    }
    return out;
  };
  start();
  const auto o = order(good);
  const auto sent_at = w->now();
  there.fills.push_back({o.hash.hex(), std::to_string(good), "20", "0.5", sent_at.seconds()});
  head += 60;
  advance(10s);  // its trade is confirmed, and it has not settled down
  const auto r = look(o, sent_at);
  for (int i = 0; i < 20; ++i) advance(100ms);
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->verdict, venue_verdict::filled) << r->value->reason;
}

/// All 200 are open at once, half of them after a POST whose answer was lost. Whoever exceeds what
/// the venue allows is refused and never catches up: no read may be refused.
TEST_F(VenueDecisions, TwoHundredOpenBetsStayBelowTheVenuesLimitOfReads) {
  constexpr std::size_t bets = 200;
  on_chain = [this](const chain::rpc_request& x) {
    chain::rpc_result out;
    out.status = chain::rpc_status::ok;
    out.value = x.method == "eth_getLogs"
                    ? json::array()
                    : json{{"number", "0x64"},
                           {"hash", "0x" + std::string(64, 'b')},
                           {"timestamp",
                            chain::eth::quantity(static_cast<std::uint64_t>(w->now().seconds()))}};
    return out;
  };
  settings.orders_per_second = settings.order_burst = 1'000;
  start();
  std::vector<actors::signed_order> orders;
  for (std::size_t i = 0; i < bets; ++i) orders.push_back(order(good));
  std::size_t next = 0;
  there.on_order = [&](const json&) {
    const auto hash = orders[next].hash.hex();
    there.fills.push_back({hash, std::to_string(good), "20", "0.5", w->now().seconds()});
    if (next++ % 2 == 1) return net::http_result{};  // no answer, and it filled
    return fake_venue::answer(
        200,
        json{{"success", true}, {"errorMsg", ""}, {"orderID", hash}, {"status", "matched"}}.dump());
  };
  const auto sent_at = w->now();
  std::vector<std::shared_ptr<heard<venue_answer>>> asked;
  for (const auto& o : orders) asked.push_back(submit(o));
  std::size_t filled = 0;
  for (int second = 0; second < 90 && filled < bets; ++second) {
    for (int i = 0; i < 10; ++i) advance(100ms);
    filled = 0;
    for (std::size_t i = 0; i < bets; ++i) {
      if (asked[i]->open) continue;
      ASSERT_TRUE(asked[i]->value);
      const auto verdict = asked[i]->value->verdict;
      if (verdict == venue_verdict::filled) {
        EXPECT_EQ(asked[i]->value->spent, 10_usdc);
        ++filled;
        continue;
      }
      const bool follow = verdict == venue_verdict::matched;
      asked[i] =
          ask<venue_answer>(actors::look_up_order{orders[i], sent_at, sent_at.plus(60s), follow});
    }
  }
  EXPECT_EQ(filled, bets);
  EXPECT_EQ(there.reads_refused, 0U);
}

// -- ticks ---------------------------------------------------------------------------------------

TEST_F(VenueDecisions, APriceOffTheRememberedGridReadsTheMarketBeforeItIsRefused) {
  start();
  ASSERT_TRUE(quote(good)->value);
  ASSERT_EQ(there.reads_of("/clob-markets/"), 1U);
  EXPECT_EQ(quote(good, 555'000_micro)->code, errc::price_off_tick) << "just read";
  EXPECT_EQ(there.reads_of("/clob-markets/"), 1U);
  there.markets[std::to_string(good)].tick = "0.001";
  advance(3s);
  EXPECT_TRUE(quote(good, 500'000_micro)->value) << "on both grids: no read";
  EXPECT_EQ(there.reads_of("/clob-markets/"), 1U);
  EXPECT_TRUE(quote(good, 555'000_micro)->value) << "ticks become finer";
  EXPECT_EQ(there.reads_of("/clob-markets/"), 2U);
  EXPECT_EQ(there.reads_of("/markets-by-token/"), 1U) << "whose market it is stays";
  advance(3s);
  there.markets[std::to_string(good)].tick = "0.0001";
  EXPECT_TRUE(quote(good, 999'500_micro)->value) << "bounds move with the tick";
  advance(3s);
  EXPECT_EQ(quote(good, 555'550_micro)->code, errc::price_off_tick);
  EXPECT_EQ(there.reads_of("/clob-markets/"), 4U) << "read anew, and refused by that";
}

TEST_F(VenueDecisions, AMarketThatWasClosedIsReadBeforeABetIsRefused) {
  there.markets[std::to_string(good)].accepting = false;
  start();
  EXPECT_EQ(quote(good)->code, errc::market_closed);
  there.markets[std::to_string(good)].accepting = true;
  EXPECT_EQ(quote(good)->code, errc::market_closed) << "just read";
  advance(3s);
  EXPECT_TRUE(quote(good)->value);
}

}  // namespace
}  // namespace headroom::test
