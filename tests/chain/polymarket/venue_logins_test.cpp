#include "chain/evm/abi.hpp"
#include "chain/polymarket/stored_order.hpp"
#include "tests/chain/polymarket/venue_fixture.hpp"

/// Several accounts: whose new orders are, and who looks after whose.
namespace headroom::test {
namespace {

using chain::polymarket::order_type;
using chain::polymarket::signature_kind;

struct VenueAccountsAtWork : venue_fixture {
  static constexpr auto third_key =
      "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
  const address wallet = address::parse("0x" + std::string(40, 'b')).value();

  VenueAccountsAtWork() {
    auto deposit = account("deposit", third_key);
    deposit.kind = signature_kind::deposit_wallet;
    deposit.wallet = wallet;
    accounts.push_back(deposit);
  }
  static chain::polymarket::signed_order read(const actors::signed_order& o) {
    return chain::polymarket::decode(o.bytes).value();
  }
  /// Requests by the order's account; addresses are checksummed there and plain here.
  std::size_t asked(const std::string& what, const actors::signed_order& o) {
    std::size_t out = 0;
    for (const auto& [line, count] : there.by_account) {
      auto text = line;
      for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      auto wanted = what + " " + read(o).account.hex();
      for (auto& c : wanted) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (text == wanted) out += count;
    }
    return out;
  }
};

TEST_F(VenueAccountsAtWork, NewOrdersAreTheFirstEnabledOnes) {
  start();
  const auto own = read(order(good));
  EXPECT_EQ(own.account, accounts[0].key->address_of());
  EXPECT_EQ(own.body.maker, own.account);
  EXPECT_EQ(own.body.signature_type, signature_kind::key);

  accounts[0].enabled = false;
  start();  // as after a restart with other settings
  const auto deposit = read(order(good));
  EXPECT_EQ(deposit.account, accounts[1].key->address_of());
  EXPECT_EQ(deposit.body.maker, wallet);
  EXPECT_EQ(deposit.body.signer, wallet);
  EXPECT_EQ(deposit.body.signature_type, signature_kind::deposit_wallet);
}

/// Way A (facts of the venue, 1.1): the API key is the owner's, whatever wallet it trades for.
TEST_F(VenueAccountsAtWork, AWalletsOrdersGoByItsOwnersKey) {
  accounts[0].enabled = false;
  start();
  const auto o = order(good);
  json sent;
  there.on_order = [&](const json& body) {
    sent = body.at("order");
    return fake_venue::refusal(400, "there are no matching orders");
  };
  submit(o);
  EXPECT_EQ(asked("POST /order", o), 1U);
  EXPECT_EQ(asked("POST /auth/api-key", o), 1U);
  EXPECT_EQ(sent.at("signatureType"), 3);
  EXPECT_EQ(sent.at("signature").get<std::string>().size(), 2 + 2 * 317U);
}

TEST_F(VenueAccountsAtWork, AnOrderIsLookedUpAndCancelledByTheAccountThatMadeIt) {
  accounts[0].enabled = false;
  start();
  const auto theirs = order(good);
  accounts[0].enabled = true;
  start();
  const auto ours = order(good);
  there.by_account.clear();
  const auto sent_at = w->now();
  look(theirs, sent_at);
  look(ours, sent_at);
  advance(2s);
  there.on_cancel = fake_venue::answer(
      200, json{{"canceled", json::array({theirs.hash.hex()})}, {"not_canceled", json::object()}}
               .dump());
  EXPECT_TRUE(*ask<bool>(actors::cancel_order{theirs})->value);
  for (const auto& o : {theirs, ours}) {
    EXPECT_GE(asked("GET /data/order/" + o.hash.hex(), o), 1U);
    EXPECT_GE(asked("GET /data/trades", o), 1U);
  }
  EXPECT_EQ(asked("GET /data/order/" + theirs.hash.hex(), ours), 0U) << "it would show nothing";
  EXPECT_EQ(asked("DELETE /order", theirs), 1U);
  EXPECT_EQ(asked("DELETE /order", ours), 0U);
}

TEST_F(VenueAccountsAtWork, AFillOfAnAccountThatDoesNotBetIsFoundToo) {
  accounts[0].enabled = false;
  start();
  const auto o = order(good);
  accounts[0].enabled = true;
  start();
  const auto sent_at = w->now();
  there.fills.push_back({o.hash.hex(), std::to_string(good), "20", "0.5", sent_at.seconds()});
  advance(settings.settling_time + 1s);  // the chain is silent and not waited for any more
  const auto r = look(o, sent_at);
  for (int i = 0; i < 20; ++i) advance(100ms);
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->verdict, venue_verdict::filled) << r->value->reason;
  EXPECT_EQ(r->value->spent, 10_usdc);
}

TEST_F(VenueAccountsAtWork, WhatNoAccountSignedIsLeftAlone) {
  accounts[0].enabled = false;
  start();
  const auto o = order(good);
  accounts.pop_back();
  start();
  const auto posts = there.posts();
  EXPECT_EQ(submit(o)->value->verdict, venue_verdict::not_now);
  EXPECT_EQ(there.posts(), posts);
  EXPECT_EQ(look(o, w->now())->value->verdict, venue_verdict::unknown);
  EXPECT_FALSE(*ask<bool>(actors::cancel_order{o})->value);
}

TEST_F(VenueAccountsAtWork, ARefusalOfAnAccountThatDoesNotBetStopsNobody) {
  accounts[0].enabled = false;
  start();
  const auto theirs = order(good);
  accounts[0].enabled = true;
  start();
  there.on_order = [](const json&) { return fake_venue::refusal(400, "'0xab' address banned"); };
  EXPECT_EQ(submit(theirs)->value->verdict, venue_verdict::refused);
  EXPECT_EQ(stopped(), venue_stop::none);
  EXPECT_EQ(submit(order(good))->value->verdict, venue_verdict::refused);
  EXPECT_EQ(stopped(), venue_stop::account);
}

TEST_F(VenueAccountsAtWork, AKeyThatExistsAlreadyIsDerived) {
  there.keys_exist = true;
  start();
  const auto o = order(good);
  EXPECT_EQ(submit(o)->value->verdict, venue_verdict::refused_conclusive);
  EXPECT_EQ(asked("POST /auth/api-key", o), 1U);
  EXPECT_EQ(asked("GET /auth/derive-api-key", o), 1U);
  EXPECT_EQ(there.posts(), 1U);
}

// -- what is quoted ------------------------------------------------------------------------------

struct VenueSales : venue_fixture {
  auto sale(std::int64_t token, share_amount shares, usdc price = 500'000_micro,
            order_fill fill = order_fill::part) {
    return ask<order_quote>(actors::quote_sale{uint256::of(static_cast<std::uint64_t>(token)),
                                               shares, price, "", fill});
  }
  chain::polymarket::signed_order signed_by(const order_quote& q) {
    return chain::polymarket::decode(ask<actors::signed_order>(q)->value->bytes).value();
  }
};

TEST_F(VenueSales, AreCutAtTwoDecimalsAndSayWhatIsCharged) {
  there.markets[std::to_string(good)].fee = {{"r", 0.05}, {"e", 1}, {"to", true}};
  start();
  const auto q = sale(good, {12'345'678}, 440'000_micro);
  ASSERT_TRUE(q->value) << q->detail;
  EXPECT_EQ(q->value->side, order_side::sell);
  EXPECT_EQ(q->value->shares.micro, 12'340'000);
  EXPECT_EQ(q->value->money.micro, 5'429'600);
  EXPECT_EQ(q->value->limit_price, 440'000_micro);
  EXPECT_EQ(q->value->max_fee.micro, 154'250) << "12.34 x 0.05 x 0.25, the dearest price";

  const auto o = signed_by(*q->value);
  EXPECT_EQ(o.type, order_type::fak);
  EXPECT_EQ(o.body.side, order_side::sell);
  EXPECT_EQ(o.body.maker_amount, 12'340'000);
  EXPECT_EQ(o.body.taker_amount, 5'429'600);
  EXPECT_EQ(signed_by(*sale(good, {12'345'678}, 440'000_micro, order_fill::whole)->value).type,
            order_type::fok);
}

TEST_F(VenueSales, WhatMakesNoOrderIsRefusedWithItsReason) {
  start();
  EXPECT_EQ(sale(good, {9'999})->code, errc::amount_too_small);
  EXPECT_EQ(sale(good, {1'000'000}, 445'000_micro)->code, errc::price_off_tick);
  EXPECT_EQ(sale(good, {1'000'000}, 995'000_micro)->code, errc::invalid_field);
  there.markets[std::to_string(bad)].accepting = false;
  EXPECT_EQ(sale(bad, {1'000'000})->code, errc::market_closed);
  EXPECT_EQ(sale(77, {1'000'000})->code, errc::unknown_market);
}

TEST_F(VenueSales, AFloorOffTheRememberedGridReadsTheMarketBeforeItIsRefused) {
  start();
  ASSERT_TRUE(sale(good, {1'000'000})->value);
  there.markets[std::to_string(good)].tick = "0.001";
  advance(5s);
  EXPECT_TRUE(sale(good, {1'000'000}, 445'000_micro)->value) << "ticks become finer";
}

TEST_F(VenueSales, ABuyMayTakeWhatIsThere) {
  start();
  const auto q = ask<order_quote>(
      actors::quote_order{uint256::of(good), 10_usdc, 500'000_micro, "", order_fill::part});
  ASSERT_TRUE(q->value);
  EXPECT_EQ(q->value->money, 10_usdc);
  EXPECT_EQ(q->value->shares.micro, 20'000'000);
  const auto o = signed_by(*q->value);
  EXPECT_EQ(o.type, order_type::fak);
  EXPECT_EQ(o.body.side, order_side::buy);
}

TEST_F(VenueSales, AProtocolV2TokenIsRefusedWithoutAQuestion) {
  auto id = uint256::of(1);
  id.bytes[0] = 0x02;
  id.bytes[5] = 0x77;
  start();
  const auto buy = ask<order_quote>(actors::quote_order{id, 10_usdc, 500'000_micro, ""});
  const auto sell = ask<order_quote>(actors::quote_sale{id, {1'000'000}, 500'000_micro, ""});
  EXPECT_EQ(buy->code, errc::unsupported_market);
  EXPECT_EQ(sell->code, errc::unsupported_market);
  EXPECT_EQ(there.reads_of("/markets-by-token/"), 0U);
}

// -- what becomes of them ------------------------------------------------------------------------

/// Ten of twenty shares are sold, says the exchange in a final block; the rest was dropped.
TEST_F(VenueSales, APartThatWasSoldIsTheEndOnceItIsFinal) {
  actors::signed_order o;
  on_chain = [&](const chain::rpc_request& x) {
    chain::rpc_result out;
    out.status = chain::rpc_status::ok;
    if (x.method == "eth_blockNumber") {
      out.value = "0x40";
    } else if (x.method == "eth_getLogs") {
      chain::abi::encoder data;
      data.number(1).number(77).number(10'000'000).number(5'000'000).number(125'000);
      data.number(0).number(0);
      const auto zeros = "0x" + std::string(64, '0');
      out.value =
          json::array({{{"address", settings.exchange.hex()},
                        {"topics", json::array({chain::polymarket::order_filled_topic().hex(),
                                                o.hash.hex(), zeros, zeros})},
                        {"data", to_0x(data.done())},
                        {"blockNumber", "0x50"},
                        {"blockHash", "0x" + std::string(64, 'b')},
                        {"transactionHash", "0x" + std::string(64, 'c')},
                        {"logIndex", "0x1"}}});
    } else {
      out.value = {
          {"number", "0x64"},
          {"hash", "0x" + std::string(64, 'b')},
          {"timestamp", chain::eth::quantity(static_cast<std::uint64_t>(w->now().seconds()))}};
    }
    return out;
  };
  start();
  const auto q = sale(good, {20'000'000});
  ASSERT_TRUE(q->value) << q->detail;
  o = *ask<actors::signed_order>(*q->value)->value;
  const auto sent_at = w->now();
  there.fills.push_back({o.hash.hex(), std::to_string(good), "10", "0.5", sent_at.seconds()});
  const auto r = ask<venue_answer>(
      actors::look_up_order{o, sent_at, sent_at.plus(std::chrono::seconds{60}), true});
  for (int i = 0; i < 80; ++i) advance(100ms);
  EXPECT_TRUE(r->open) << "more of it may be shown yet";
  for (int i = 0; i < 60; ++i) advance(100ms);
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->verdict, venue_verdict::filled) << r->value->reason;
  EXPECT_EQ(r->value->shares.micro, 10'000'000);
  EXPECT_EQ(r->value->spent, 5_usdc);
  EXPECT_EQ(r->value->fee, usdc{125'000});
}

// -- a queue at the venue ------------------------------------------------------------------------

TEST_F(VenueSales, ADelayedOrderIsFollowedByItsIdAndCanBeCancelled) {
  start();
  const auto o = order(good);
  there.on_order = [&](const json&) {
    return fake_venue::answer(
        200,
        json{{"success", true}, {"errorMsg", ""}, {"orderID", o.hash.hex()}, {"status", "delayed"}}
            .dump());
  };
  const auto sent_at = w->now();
  EXPECT_EQ(submit(o)->value->verdict, venue_verdict::unknown);
  there.shown[o.hash.hex()] = "ORDER_STATUS_DELAYED";
  auto r = look(o, sent_at);
  advance(1s);
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->verdict, venue_verdict::live) << "it may still fill";
  there.on_cancel = fake_venue::answer(
      200,
      json{{"canceled", json::array({o.hash.hex()})}, {"not_canceled", json::object()}}.dump());
  EXPECT_TRUE(*ask<bool>(actors::cancel_order{o})->value);
  there.shown[o.hash.hex()] = "canceled_by the user";
  r = look(o, sent_at);
  advance(1s);
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->verdict, venue_verdict::unknown) << "over, but the chain was silent";
}

}  // namespace
}  // namespace headroom::test
