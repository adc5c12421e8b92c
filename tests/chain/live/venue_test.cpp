#include <atomic>
#include <ctime>
#include <future>

#include "chain/polymarket/order.hpp"
#include "chain/polymarket/venue_actor.hpp"
#include "tests/chain/live/house.hpp"
#include "tests/net/http_server.hpp"

namespace headroom::test {
namespace {

using actors::venue_answer;
using namespace std::chrono_literals;

using pending_answer =
    caf::response_handle<caf::blocking_actor, caf::detail::type_list<venue_answer>, true>;

/// The venue actor against the CLOB double, which checks signatures and HMAC with other code.
struct VenueOnDouble : House {
  chain::polymarket::venue_settings settings;
  actors::venue_actor venue;
  std::shared_ptr<const chain::private_key> key = any_key();

  static std::shared_ptr<const chain::private_key> any_key() {
    return std::make_shared<chain::private_key>(fresh_poor_key());
  }
  void SetUp() override {
    House::SetUp();
    if (HasFatalFailure()) return;
    venue_control("DELETE", "faults");
    settings.url = sandbox["venue"]["url"];
    settings.order_timeout = 700ms;
    settings.read_timeout = 2s;
    settings.confirm_wait = 3s;
    settings.trade_passes_per_second = 20;
    settings.reads_per_second = settings.read_burst = 1'000;
    settings.finality = {1, final_by::either};
    settings.orders_per_second = 1'000;
    settings.order_burst = 1'000;
    start();
  }
  void start() {
    venue = own(sys.spawn(chain::polymarket::venue_behavior, w, settings, accounts(), doors(),
                          nodes("polygon")));
    EXPECT_TRUE(eventually([&] {
      const auto r = ask<actors::status_report>(venue, actors::status_atom::value);
      return r && r->facts.at("version") == "2";
    }));
  }
  chain::polymarket::venue_doors doors() { return {web(), web()}; }
  chain::polymarket::venue_accounts accounts() const { return {{"main", key}}; }
  uint256 token(std::size_t market) const {
    return *uint256::parse_decimal(sandbox["markets"][market]["token_id"].get<std::string>());
  }
  caf::expected<actors::order_quote> quote(std::size_t market, usdc amount, usdc price) {
    return ask<actors::order_quote>(venue, actors::quote_order{token(market), amount, price});
  }
  actors::signed_order order(std::size_t market, usdc amount, usdc price) {
    const auto q = quote(market, amount, price);
    EXPECT_TRUE(q) << to_string(actors::code_of(q.error()));
    const auto s = ask<actors::signed_order>(venue, *q);
    EXPECT_TRUE(s);
    return *s;
  }
  actors::submit_order in_time(const actors::signed_order& o) const {
    return {o, w->now().plus(60s)};
  }
  venue_answer submit(const actors::signed_order& o) { return submit(in_time(o)); }
  /// As the bet's actor does it: a match is followed to its end.
  venue_answer submit(const actors::submit_order& x) {
    const auto r = ask<venue_answer>(venue, x);
    EXPECT_TRUE(r);
    if (!r || r->verdict != venue_verdict::matched) return r ? *r : venue_answer{};
    return look({x.order, w->now(), x.deadline, true});
  }
  venue_answer look(const actors::look_up_order& x) {
    const auto r = ask<venue_answer>(venue, x);
    EXPECT_TRUE(r);
    return r ? *r : venue_answer{};
  }
  venue_answer look(const actors::signed_order& o) {
    return look({o, w->now(), w->now().plus(60s), false});
  }
  /// Until the exchange is final past the moment, as a refund demands it.
  venue_answer look_until_proven(const actors::signed_order& o) {
    const auto since = w->now();
    venue_answer a;
    EXPECT_TRUE(eventually([&] { return (a = look(o)).untouched_until >= since; }));
    return a;
  }
  std::string fact(const std::string& name) {
    return ask<actors::status_report>(venue, actors::status_atom::value)->facts.at(name);
  }
  bool never_seen(const actors::signed_order& o) {
    return venue_control("GET", "state?id=" + o.hash.hex())["count"] == 0;
  }
  net::http_result call(const std::string& method, const std::string& path,
                        net::http_headers lines) {
    std::promise<net::http_result> done;
    http->request({method, settings.url + path, std::move(lines), {}}, 10s,
                  [&](net::http_result r) { done.set_value(std::move(r)); });
    return done.get_future().get();
  }
  /// The venue forgets our API key, as it does now and then.
  void revoke_key() {
    namespace pm = chain::polymarket;
    const auto known = call("GET", "/auth/derive-api-key",
                            pm::l1_headers(*key, settings.chain_id, w->now().seconds(), 0));
    const auto credentials = pm::read_credentials(known.body);
    ASSERT_TRUE(credentials) << known.body;
    const auto gone = call("DELETE", "/auth/api-key",
                           *pm::l2_headers(*credentials, key->address_of(), w->now().seconds(),
                                           "DELETE", "/auth/api-key", ""));
    ASSERT_EQ(gone.status, 200U);
  }
  void fault(const json& x) { venue_control("POST", "faults", x); }
  json state_of(const actors::signed_order& o) {
    const auto all = venue_control("GET", "state?id=" + o.hash.hex());
    EXPECT_EQ(all["count"], 1);
    return all["orders"].at(0);
  }
};

TEST_F(VenueOnDouble, OrderIsFilledWithTheNumbersOfItsTrades) {
  const auto o = order(0, 25_usdc, 500'000_micro);
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::filled) << a.reason;
  EXPECT_EQ(a.shares.micro, 50'000'000);
  EXPECT_EQ(a.spent, 25_usdc);
  EXPECT_EQ(a.fee, usdc{});
  EXPECT_EQ(state_of(o)["accepted"], 1);
}

TEST_F(VenueOnDouble, FeesAreReservedAndCharged) {
  for (const std::size_t market : {1U, 4U}) {
    const auto price = market == 1 ? 400'000_micro : 700'000_micro;
    const auto q = quote(market, 100_usdc, price);
    ASSERT_TRUE(q);
    EXPECT_TRUE(q->neg_risk);
    EXPECT_LE(add(q->money, q->max_fee)->micro, (100_usdc).micro);
    const auto o = order(market, 100_usdc, price);
    const auto a = submit(o);
    ASSERT_EQ(a.verdict, venue_verdict::filled) << a.reason;
    EXPECT_TRUE(a.fee.is_positive());
    EXPECT_LE(a.fee, q->max_fee);
    EXPECT_LE(add(a.spent, a.fee)->micro, (100_usdc).micro);
    const auto seen = state_of(o);
    EXPECT_EQ(a.fee, *parse_usdc(seen["fee"].get<std::string>()));
    EXPECT_EQ(*parse_usdc(seen["cost"].get<std::string>()), a.spent);
  }
}

TEST_F(VenueOnDouble, BadQuotesAreRefusedWithTheirReason) {
  const auto code = [](const auto& r) { return r ? errc::none : actors::code_of(r.error()); };
  EXPECT_EQ(code(quote(0, 10_usdc, 505'000_micro)), errc::price_off_tick);
  EXPECT_EQ(code(quote(0, 10_usdc, 0_micro)), errc::invalid_field);
  EXPECT_EQ(code(quote(0, 10_usdc, 1'000'000_micro)), errc::invalid_field);
  EXPECT_EQ(code(quote(0, 999'999_micro, 500'000_micro)), errc::amount_too_small);
  EXPECT_EQ(code(quote(1, 1_usdc, 400'000_micro)), errc::amount_too_small) << "no room for the fee";
  const auto r =
      ask<actors::order_quote>(venue, actors::quote_order{uint256::of(42), 10_usdc, 500'000_micro});
  EXPECT_EQ(code(r), errc::unknown_market);
}

TEST_F(VenueOnDouble, SameBytesAgainFillOnce) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  const auto first = submit(o);
  ASSERT_EQ(first.verdict, venue_verdict::filled);
  const auto second = submit(o);
  EXPECT_EQ(second.verdict, venue_verdict::unknown) << second.reason;
  const auto found = look(o);
  EXPECT_EQ(found.verdict, venue_verdict::filled);
  EXPECT_EQ(found.shares, first.shares);
  EXPECT_EQ(found.spent, first.spent);
  EXPECT_EQ(state_of(o)["accepted"], 1);
}

TEST_F(VenueOnDouble, LostBeforeAcceptIsUnknownThenAbsentThenFilledOnce) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "drop_before_accept"}});
  EXPECT_EQ(submit(o).verdict, venue_verdict::unknown);
  EXPECT_EQ(look(o).verdict, venue_verdict::absent);
  EXPECT_EQ(submit(o).verdict, venue_verdict::filled);
}

TEST_F(VenueOnDouble, LostAnswersAreFoundByTheHash) {
  for (const auto* kind : {"drop_after_accept", "error_500_after_accept", "delay"}) {
    const auto o = order(0, 5_usdc, 500'000_micro);
    fault({{"kind", kind}, {"delay_ms", 1'500}});
    EXPECT_EQ(submit(o).verdict, venue_verdict::unknown) << kind;
    EXPECT_TRUE(eventually([&] { return look(o).verdict == venue_verdict::filled; })) << kind;
    EXPECT_EQ(state_of(o)["accepted"], 1) << kind;
  }
}

TEST_F(VenueOnDouble, RestartedActorBooksTheWholeFillWithoutTheOrdersObject) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  const auto before = submit(o);
  ASSERT_EQ(before.verdict, venue_verdict::filled);
  start();
  fault({{"kind", "null"}, {"on", "lookup"}});
  const auto after = look(o);
  EXPECT_EQ(after.verdict, venue_verdict::filled);
  EXPECT_EQ(after.spent, before.spent);
  EXPECT_EQ(after.shares, before.shares);
}

TEST_F(VenueOnDouble, RestartedActorDoesNotBookAViewThatLags) {
  venue_control("POST", "book",
                {{"token_id", token(3).decimal()},
                 {"asks", json::array({{{"price", "0.5"}, {"size", "10"}},
                                       {{"price", "0.52"}, {"size", "1000"}}})}});
  const auto o = order(3, 25_usdc, 520'000_micro);
  const auto before = submit(o);
  ASSERT_EQ(before.verdict, venue_verdict::filled) << before.reason;
  ASSERT_EQ(state_of(o)["fills"].size(), 2U);
  start();
  for (int i = 0; i < 3; ++i) {  // object and trades agree with each other, again and again
    fault({{"kind", "lag"}, {"on", "lookup"}, {"times", 2}});
    const auto seen = look(o);  // the lag may end within the look; a part is never taken for all
    if (seen.verdict != venue_verdict::matched) {
      EXPECT_EQ(seen.verdict, venue_verdict::filled);
      EXPECT_EQ(seen.shares, before.shares);
    }
  }
  const auto after = look(o);
  EXPECT_EQ(after.verdict, venue_verdict::filled);
  EXPECT_EQ(after.shares, before.shares);
  EXPECT_EQ(after.spent, before.spent);
}

TEST_F(VenueOnDouble, BytesThatAreNotTheOrdersSayNothing) {
  auto o = order(0, 5_usdc, 500'000_micro);
  o.hash.bytes[0] ^= 1;
  EXPECT_EQ(submit(o).verdict, venue_verdict::refused);
  EXPECT_EQ(look(o).verdict, venue_verdict::unknown);
}

// -- the deadline --------------------------------------------------------------------------------

TEST_F(VenueOnDouble, NothingLeavesFromTheDeadlineOn) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  const auto late = submit({o, w->now()});
  EXPECT_EQ(late.verdict, venue_verdict::not_now);
  EXPECT_EQ(late.reason, actors::sent_too_late);
  EXPECT_TRUE(never_seen(o));
  EXPECT_EQ(submit(o).verdict, venue_verdict::filled) << "the bytes are still good";
}

TEST_F(VenueOnDouble, AnOrderWhoseDeadlinePassesInTheQueueStaysThere) {
  settings.orders_per_second = 1;
  settings.order_burst = 1;
  start();
  const auto first = order(0, 5_usdc, 500'000_micro);
  const auto o = order(0, 6_usdc, 500'000_micro);
  ASSERT_EQ(submit(first).verdict, venue_verdict::filled);
  const auto r = submit({o, w->now().plus(100ms)});
  EXPECT_EQ(r.verdict, venue_verdict::not_now);
  EXPECT_EQ(r.reason, actors::sent_too_late);
  EXPECT_TRUE(never_seen(o));
}

// -- the API key ---------------------------------------------------------------------------------

TEST_F(VenueOnDouble, AKeyLostRightAfterARenewalIsWaitedForNotFatal) {
  ASSERT_EQ(submit(order(0, 5_usdc, 500'000_micro)).verdict, venue_verdict::filled);
  const auto a = order(0, 6_usdc, 500'000_micro);
  const auto b = order(0, 7_usdc, 500'000_micro);
  revoke_key();
  caf::scoped_actor self{sys};
  std::vector<pending_answer> pending;
  for (const auto& o : {a, b}) pending.push_back(self->request(venue, 40s, in_time(o)));
  for (auto& p : pending)
    p.receive(
        [](const venue_answer& x) { EXPECT_EQ(x.verdict, venue_verdict::matched) << x.reason; },
        [](const caf::error&) { ADD_FAILURE(); });
  EXPECT_EQ(fact("stopped"), "");
}

TEST_F(VenueOnDouble, ServerErrorBeforeAcceptIsUnknown) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "error_500_before_accept"}});
  EXPECT_EQ(submit(o).verdict, venue_verdict::unknown);
  EXPECT_EQ(look(o).verdict, venue_verdict::absent);
}

TEST_F(VenueOnDouble, WhatFilledOnChainIsNotAbsentWhateverTheVenueShows) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  EXPECT_EQ(look(o).verdict, venue_verdict::absent) << "it was never sent";
  rpc("polygon", "anvil_setStorageAt",
      {sandbox["venue"]["exchange"], o.hash.hex(), "0x" + std::string(63, '0') + "1"});
  const auto a = look(o);
  EXPECT_EQ(a.verdict, venue_verdict::matched);
  EXPECT_EQ(a.reason, "filled on chain, its trades are not shown yet");
  EXPECT_FALSE(a.untouched_until.is_set());
  control("/chain/polygon?mode=http500");
  EXPECT_EQ(look(order(0, 6_usdc, 500'000_micro)).reason, "the exchange cannot be read");
  control("/chain/polygon?mode=up");
}

TEST_F(VenueOnDouble, AnotherKeysOrderIsNeitherSentNorGivenUp) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  const auto filled = order(0, 6_usdc, 500'000_micro);
  ASSERT_EQ(submit(filled).verdict, venue_verdict::filled);
  key = any_key();
  start();
  EXPECT_EQ(look(filled).verdict, venue_verdict::unknown) << "to this key the venue shows nothing";
  EXPECT_EQ(submit(o).verdict, venue_verdict::not_now);
  EXPECT_FALSE(*ask<bool>(venue, actors::cancel_order{filled}));
}

TEST_F(VenueOnDouble, KilledOrderIsAConclusiveNo) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "fok_not_filled"}});
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::refused_conclusive);
  EXPECT_TRUE(*ask<bool>(venue, actors::cancel_order{o}));
}

TEST_F(VenueOnDouble, AKilledOrderWithTextBehindItsStatusIsOver) {
  venue_control("POST", "settings", {{"status_style", "text"}});
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "fok_not_filled"}});
  EXPECT_EQ(submit(o).verdict, venue_verdict::refused_conclusive);
  EXPECT_EQ(look_until_proven(o).verdict, venue_verdict::over);
  venue_control("POST", "settings", {{"status_style", "plain"}});
}

TEST_F(VenueOnDouble, ThinBookKillsTheOrder) {
  const auto o = order(2, 500_usdc, 600'000_micro);
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::refused_conclusive) << a.reason;
}

TEST_F(VenueOnDouble, RateLimitPausesEveryone) {
  settings.max_in_flight = 1;  // so that the second waits for the first one's answer
  start();
  const auto o = order(0, 5_usdc, 500'000_micro);
  const auto other = order(0, 6_usdc, 500'000_micro);
  fault({{"kind", "rate_limited"}});
  caf::scoped_actor self{sys};
  std::vector<pending_answer> pending;
  for (const auto& x : {o, other}) pending.push_back(self->request(venue, 40s, in_time(x)));
  for (auto& p : pending)
    p.receive([](const venue_answer& a) { EXPECT_EQ(a.verdict, venue_verdict::not_now); },
              [](const caf::error&) { ADD_FAILURE(); });
  EXPECT_TRUE(never_seen(other)) << "Retry-After: 1";
  EXPECT_TRUE(eventually([&] { return submit(o).verdict == venue_verdict::filled; }));
}

// -- the API key ---------------------------------------------------------------------------------

/// The venue's answer to a key that it does not know, or to a clock that is far off, is 401.
struct VenueKeyOnDouble : VenueOnDouble {
  void SetUp() override {
    VenueOnDouble::SetUp();
    if (HasFatalFailure()) return;
    settings.key_renewal = 0ms;
    settings.order_timeout = 10s;  // an answer that is late is another test's matter
    start();
    ASSERT_EQ(submit(order(0, 5_usdc, 500'000_micro)).verdict, venue_verdict::filled);
  }
  void revoke_keys() { EXPECT_GE(venue_control("DELETE", "keys")["revoked"], 1); }
};

TEST_F(VenueKeyOnDouble, ARevokedKeyIsRenewedAndTheOrderFillsOnce) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  revoke_keys();
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::filled) << a.reason;
  const auto seen = state_of(o);
  EXPECT_EQ(seen["accepted"], 1);
  EXPECT_EQ(seen["posts"], 1) << "the refused one never got that far";
  EXPECT_EQ(submit(order(0, 5_usdc, 500'000_micro)).verdict, venue_verdict::filled);
}

TEST_F(VenueKeyOnDouble, LooksAndCancelsRenewItToo) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  ASSERT_EQ(submit(o).verdict, venue_verdict::filled);
  revoke_keys();
  const auto a = look(o);
  EXPECT_EQ(a.verdict, venue_verdict::filled) << a.reason;
  const auto late = order(0, 6_usdc, 500'000_micro);
  fault({{"kind", "matched_delayed"}, {"delay_ms", 10'000}});
  EXPECT_EQ(submit(late).verdict, venue_verdict::unknown);
  revoke_keys();
  EXPECT_TRUE(*ask<bool>(venue, actors::cancel_order{late}));
  EXPECT_EQ(look(late).verdict, venue_verdict::over);
}

TEST_F(VenueKeyOnDouble, ManyOrdersUnderARevokedKeyAllFillOnce) {
  std::vector<actors::signed_order> orders;
  for (int i = 0; i < 20; ++i) orders.push_back(order(0, 2_usdc, 500'000_micro));
  revoke_keys();
  caf::scoped_actor self{sys};
  std::vector<pending_answer> pending;
  for (const auto& o : orders) pending.push_back(self->request(venue, 40s, in_time(o)));
  for (auto& p : pending)
    p.receive(
        [](const venue_answer& a) { EXPECT_EQ(a.verdict, venue_verdict::matched) << a.reason; },
        [](const caf::error&) { ADD_FAILURE(); });
  for (const auto& o : orders) EXPECT_EQ(state_of(o)["accepted"], 1);
}

TEST_F(VenueKeyOnDouble, OneStray401IsInvisible) {
  for (const auto* on : {"order", "lookup"}) {
    const auto o = order(0, 5_usdc, 500'000_micro);
    fault({{"kind", "unauthorized_401"}, {"on", on}});
    EXPECT_EQ(submit(o).verdict, venue_verdict::filled) << on;
    EXPECT_EQ(look(o).verdict, venue_verdict::filled) << on;
  }
}

TEST_F(VenueKeyOnDouble, A401ThatStaysIsNotAccepted) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "unauthorized_401"}, {"times", 2}});
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::not_now) << a.reason;
  EXPECT_EQ(venue_control("GET", "state?id=" + o.hash.hex())["count"], 0);
  EXPECT_TRUE(quote(0, 5_usdc, 500'000_micro)) << "the others' bets are taken";
  EXPECT_TRUE(eventually([&] { return submit(o).verdict == venue_verdict::filled; }));
  EXPECT_EQ(state_of(o)["accepted"], 1);
}

TEST_F(VenueKeyOnDouble, A401ThatStaysLeavesALookUpUnknown) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  ASSERT_EQ(submit(o).verdict, venue_verdict::filled);
  fault({{"kind", "unauthorized_401"}, {"on", "lookup"}, {"times", 8}});
  EXPECT_EQ(look(o).verdict, venue_verdict::matched) << "the exchange knows it; never absent";
  venue_control("DELETE", "faults");
  EXPECT_EQ(look(o).verdict, venue_verdict::filled);
}

TEST_F(VenueKeyOnDouble, AClockThatJumpedIsSetByTheVenuesOwn) {
  const auto jump = std::make_shared<std::atomic<std::int64_t>>(0);
  w = std::make_shared<actors::world>(actors::world{
      dir, [jump, right = w->now] { return right().plus(std::chrono::seconds{*jump}); }, w->random,
      w->settings});
  start();
  ASSERT_EQ(submit(order(0, 5_usdc, 500'000_micro)).verdict, venue_verdict::filled);
  for (const auto seconds : {300, -300}) {
    const auto o = order(0, 5_usdc, 500'000_micro);
    *jump = seconds;
    EXPECT_EQ(submit(o).verdict, venue_verdict::filled) << seconds;
    EXPECT_EQ(state_of(o)["accepted"], 1);
  }
}

TEST_F(VenueOnDouble, RestartingEngineIsNotNow) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "restarting_425"}});
  EXPECT_EQ(submit(o).verdict, venue_verdict::not_now);
  EXPECT_TRUE(eventually([&] { return submit(o).verdict == venue_verdict::filled; }));
}

TEST_F(VenueOnDouble, DelayedMatchIsFollowedUp) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "matched_delayed"}, {"delay_ms", 600}});
  EXPECT_EQ(submit(o).verdict, venue_verdict::unknown);
  EXPECT_EQ(look(o).verdict, venue_verdict::live);
  EXPECT_TRUE(eventually([&] { return look(o).verdict == venue_verdict::filled; }));
}

TEST_F(VenueOnDouble, AnOrderThatStaysLiveIsLiveUntilItIsCancelled) {
  for (const auto* style : {"plain", "lower"}) {
    venue_control("POST", "settings", {{"status_style", style}, {"status_prefix", true}});
    const auto o = order(0, 5_usdc, 500'000_micro);
    fault({{"kind", "stays_live"}});
    EXPECT_EQ(submit(o).verdict, venue_verdict::unknown);
    EXPECT_EQ(look(o).verdict, venue_verdict::live) << style;
    EXPECT_TRUE(*ask<bool>(venue, actors::cancel_order{o}));
    EXPECT_EQ(look_until_proven(o).verdict, venue_verdict::over) << style;
  }
  venue_control("POST", "settings", {{"status_style", "plain"}, {"status_prefix", false}});
}

TEST_F(VenueOnDouble, CancelledDelayedOrderNeverFills) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "matched_delayed"}, {"delay_ms", 3'000}});
  EXPECT_EQ(submit(o).verdict, venue_verdict::unknown);
  EXPECT_TRUE(*ask<bool>(venue, actors::cancel_order{o}));
  EXPECT_EQ(look_until_proven(o).verdict, venue_verdict::over);
}

TEST_F(VenueOnDouble, FailedTradesAreOverOnceTheExchangeIsFinalAndUntouched) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "trade_failed"}});
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::over) << a.reason;
  EXPECT_EQ(look_until_proven(o).verdict, venue_verdict::over);
}

TEST_F(VenueOnDouble, FailedTradesOfWhatTheExchangeFilledAreNeverOver) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "trade_failed"}});
  rpc("polygon", "anvil_setStorageAt",
      {sandbox["venue"]["exchange"], o.hash.hex(), "0x" + std::string(63, '0') + "1"});
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::matched) << a.reason;
  EXPECT_FALSE(a.untouched_until.is_set());
}

/// A trade that lands between two pages moves the rows of the others: some are shown twice.
TEST_F(VenueOnDouble, RowsThatPagesRepeatCountOnce) {
  venue_control("POST", "book",
                {{"token_id", token(3).decimal()},
                 {"asks", json::array({{{"price", "0.5"}, {"size", "10"}},
                                       {{"price", "0.51"}, {"size", "10"}},
                                       {{"price", "0.52"}, {"size", "1000"}}})}});
  const auto o = order(3, 25_usdc, 520'000_micro);
  venue_control("POST", "settings", {{"page_size", 2}, {"page_repeats", 1}});
  const auto a = submit(o);
  const auto again = look(o);
  venue_control("POST", "settings", {{"page_size", 100}, {"page_repeats", 0}});
  ASSERT_EQ(state_of(o)["fills"].size(), 3U);
  for (const auto& x : {a, again}) {
    ASSERT_EQ(x.verdict, venue_verdict::filled) << x.reason;
    EXPECT_EQ(x.spent, *parse_usdc(state_of(o)["cost"].get<std::string>()));
    EXPECT_EQ(to_string(usdc{x.shares.micro}),
              to_string(*parse_usdc(state_of(o)["size"].get<std::string>())));
  }
}

/// The market's fee changes after the match, or the market is gone: what the exchange's event says
/// was charged is booked.
TEST_F(VenueOnDouble, WhatTheExchangesEventSaysIsBooked) {
  // Confirmed when its block is long final, as on the real chain.
  venue_control("POST", "settings", {{"exchange_events", true}, {"trade_delay_ms", 2'500}});
  const auto q = quote(1, 50_usdc, 400'000_micro);
  ASSERT_TRUE(q);
  auto other_fee = *q;
  other_fee.fee_rate_micro = 1;  // as read long ago
  const auto o = *ask<actors::signed_order>(venue, other_fee);
  ASSERT_EQ(submit(o).verdict, venue_verdict::matched);
  venue_answer a;
  EXPECT_TRUE(eventually([&] { return (a = look(o)).verdict == venue_verdict::filled; }));
  venue_control("POST", "settings", {{"exchange_events", false}, {"trade_delay_ms", 20}});
  ASSERT_EQ(a.verdict, venue_verdict::filled) << a.reason;
  EXPECT_EQ(a.fee, *parse_usdc(state_of(o)["fee"].get<std::string>()));
  EXPECT_EQ(a.spent, *parse_usdc(state_of(o)["cost"].get<std::string>()));
}

TEST_F(VenueOnDouble, WithoutAnEventTheFeeIsThatOfTheOrdersOwnSchedule) {
  auto q = *quote(1, 50_usdc, 400'000_micro);
  q.fee_rate_micro = 20'000;
  const auto o = *ask<actors::signed_order>(venue, q);
  const auto a = submit(o);
  ASSERT_EQ(a.verdict, venue_verdict::filled) << a.reason;
  EXPECT_EQ(a.fee, chain::polymarket::fee_for(a.shares, 355'000_micro, {20'000, 1}));
}

/// 40 open bets share one stream: the account's trades are not read for each of them.
TEST_F(VenueOnDouble, OpenBetsShareTheReadsOfTheirTrades) {
  venue_control("POST", "settings", {{"trade_delay_ms", 1'000}});
  settings.order_timeout = 20s;  // forty at once, on a machine that may be busy
  settings.confirm_wait = 30s;
  settings.trade_passes_per_second = 2;
  settings.reads_per_second = 35;
  settings.read_burst = 50;
  const chain::polymarket::venue_settings defaults;
  EXPECT_LE(defaults.read_burst + 10 * defaults.reads_per_second, 500);
  start();
  std::vector<actors::signed_order> orders;
  for (int i = 0; i < 40; ++i) orders.push_back(order(0, 2_usdc, 500'000_micro));
  const auto before = venue_control("GET", "reads")["count"].get<int>();
  caf::scoped_actor self{sys};
  std::vector<pending_answer> posts;
  std::vector<pending_answer> looks;
  for (const auto& o : orders) posts.push_back(self->request(venue, 40s, in_time(o)));
  for (auto& p : posts)
    p.receive([](const venue_answer& a) { EXPECT_EQ(a.verdict, venue_verdict::matched); },
              [](const caf::error&) { ADD_FAILURE(); });
  for (const auto& o : orders)
    looks.push_back(
        self->request(venue, 40s, actors::look_up_order{o, w->now(), w->now().plus(60s), true}));
  int filled = 0;
  for (auto& p : looks)
    p.receive([&](const venue_answer& a) { filled += a.verdict == venue_verdict::filled ? 1 : 0; },
              [](const caf::error&) {});
  const auto reads = venue_control("GET", "reads")["count"].get<int>() - before;
  venue_control("POST", "settings", {{"trade_delay_ms", 20}});
  EXPECT_EQ(filled, 40);
  EXPECT_LT(reads, 40) << "one stream, not one for each";
}

TEST_F(VenueOnDouble, BlockedPageStopsBettingForAWhile) {
  for (const auto pause : {std::chrono::milliseconds{1h}, 1ms}) {
    settings.stop_pause = pause;
    start();
    const auto o = order(0, 5_usdc, 500'000_micro);
    fault({{"kind", "html_403"}});
    EXPECT_EQ(submit(o).verdict, venue_verdict::refused);
    if (pause == 1ms) {
      EXPECT_TRUE(eventually([&] { return bool(quote(0, 5_usdc, 500'000_micro)); }));
      continue;
    }
    const auto q = quote(0, 5_usdc, 500'000_micro);
    ASSERT_FALSE(q);
    EXPECT_EQ(actors::code_of(q.error()), errc::unavailable);
    EXPECT_EQ(submit(o).verdict, venue_verdict::not_now);
  }
}

TEST_F(VenueOnDouble, SuccessWithAnErrorIsARefusal) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  fault({{"kind", "success_with_error"}});
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::refused);
  EXPECT_EQ(a.reason, "refused: the venue refused the order");
  EXPECT_NE(look(o).verdict, venue_verdict::filled);
}

TEST_F(VenueOnDouble, UnreadableLookUpsAreUnknown) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  ASSERT_EQ(submit(o).verdict, venue_verdict::filled);
  for (const auto* kind : {"drop", "error_500"}) {
    fault({{"kind", kind}, {"on", "lookup"}, {"times", 8}});
    EXPECT_EQ(look(o).verdict, venue_verdict::matched) << kind << ": by the exchange";
    EXPECT_EQ(look(order(0, 6_usdc, 500'000_micro)).verdict, venue_verdict::unknown) << kind;
    venue_control("DELETE", "faults");
  }
  fault({{"kind", "null"}, {"on", "lookup"}});
  EXPECT_EQ(look(o).verdict, venue_verdict::filled) << "no order object, but its trades";
}

TEST_F(VenueOnDouble, SlowConfirmationIsMatchedNotFilled) {
  venue_control("POST", "settings", {{"trade_delay_ms", 2'500}});
  const auto o = order(0, 5_usdc, 500'000_micro);
  const auto a = submit(o);
  venue_control("POST", "settings", {{"trade_delay_ms", 20}});
  EXPECT_EQ(a.verdict, venue_verdict::matched);
  EXPECT_TRUE(eventually([&] { return look(o).verdict == venue_verdict::filled; }));
}

TEST_F(VenueOnDouble, VenueThatWasNeverReachedTakesNoBets) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  settings.url = "http://127.0.0.1:" + std::to_string(chain::test::closed_port());
  venue = own(sys.spawn(chain::polymarket::venue_behavior, w, settings, accounts(), doors(),
                        nodes("polygon")));
  EXPECT_EQ(submit(o).verdict, venue_verdict::not_now);
  EXPECT_EQ(look(o).verdict, venue_verdict::unknown);
  const auto q = quote(0, 5_usdc, 500'000_micro);
  ASSERT_FALSE(q);
  EXPECT_EQ(actors::code_of(q.error()), errc::unavailable);
}

/// Just enough of a venue to be ready, have a key and know no order.
void answer_as_empty_venue(chain::test::peer& p) {
  while (const auto request = p.read()) {
    const auto is = [&](std::string_view start) { return request->starts_with(start); };
    if (is("GET /version")) {
      p.answer(R"({"version":2})");
    } else if (is("GET /time")) {
      p.answer(std::to_string(std::time(nullptr)));
    } else if (is("POST /auth/api-key")) {
      p.answer(R"({"apiKey":"k","secret":"c2VjcmV0","passphrase":"p"})");
    } else if (is("GET /data/trades")) {
      p.answer(R"({"limit":1,"count":0,"next_cursor":"LTE=","data":[]})");
    } else if (is("GET /data/order/")) {
      p.answer("null");
    } else {
      p.answer("{}", "404 Not Found");
    }
  }
}

TEST_F(VenueOnDouble, VenueThatCannotBeReachedForThePostIsNotNow) {
  const auto o = order(0, 5_usdc, 500'000_micro);
  std::optional<chain::test::http_server> gone{answer_as_empty_venue};
  settings.url = gone->url("");
  start();
  ASSERT_EQ(look(o).verdict, venue_verdict::absent);  // it has a key now
  gone.reset();
  const auto a = submit(o);
  EXPECT_EQ(a.verdict, venue_verdict::not_now);
  EXPECT_EQ(a.reason, "the venue cannot be reached");
  EXPECT_EQ(look(o).verdict, venue_verdict::unknown);
}

TEST_F(VenueOnDouble, ManyOrdersAtOnceAllEnd) {
  settings.order_timeout = settings.confirm_wait = 30s;  // a busy machine is no failure
  start();
  std::vector<actors::signed_order> orders;
  for (int i = 0; i < 100; ++i) orders.push_back(order(0, 2_usdc, 500'000_micro));
  caf::scoped_actor self{sys};
  std::vector<pending_answer> pending;
  for (const auto& o : orders) pending.push_back(self->request(venue, 40s, in_time(o)));
  int filled = 0;
  for (auto& p : pending)
    p.receive([&](const venue_answer& a) { filled += a.verdict == venue_verdict::matched ? 1 : 0; },
              [](const caf::error&) {});
  EXPECT_EQ(filled, 100);
}

TEST_F(VenueOnDouble, AFullQueueSaysNotNow) {
  settings.orders_per_second = 0.001;  // after the first nothing goes for a quarter of an hour
  settings.order_burst = 1;
  settings.max_queued = 2;
  start();
  std::vector<actors::signed_order> orders;
  const auto only = quote(0, 2_usdc, 500'000_micro);  // there is no turn for a second one
  ASSERT_TRUE(only);
  for (int i = 0; i < 6; ++i) orders.push_back(*ask<actors::signed_order>(venue, *only));
  caf::scoped_actor self{sys};
  std::vector<pending_answer> pending;
  for (const auto& o : orders) pending.push_back(self->request(venue, 40s, in_time(o)));
  std::map<venue_verdict, int> seen;
  for (const std::size_t i : {0U, 3U, 4U, 5U})
    pending[i].receive([&](const venue_answer& a) { ++seen[a.verdict]; }, [](const caf::error&) {});
  EXPECT_EQ(seen[venue_verdict::matched], 1);
  EXPECT_EQ(seen[venue_verdict::not_now], 3);
  EXPECT_EQ(fact("queued"), "2");
}

TEST_F(VenueOnDouble, WhatQueuesForTheRateGoesLater) {
  settings.orders_per_second = 5;
  settings.order_burst = 1;
  start();
  std::vector<actors::signed_order> orders;
  for (int i = 0; i < 4; ++i) orders.push_back(order(0, 2_usdc, 500'000_micro));
  caf::scoped_actor self{sys};
  std::vector<pending_answer> pending;
  for (const auto& o : orders) pending.push_back(self->request(venue, 40s, in_time(o)));
  int filled = 0;
  for (auto& p : pending)
    p.receive([&](const venue_answer& a) { filled += a.verdict == venue_verdict::matched ? 1 : 0; },
              [](const caf::error&) {});
  EXPECT_EQ(filled, 4);
}

}  // namespace
}  // namespace headroom::test
