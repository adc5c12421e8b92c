#include "chain/polymarket/order_trial.hpp"

#include <gtest/gtest.h>

#include "tests/chain/polymarket/fake_exchange.hpp"
#include "tests/chain/polymarket/gamma_rows.hpp"
#include "tests/chain/polymarket/keeper_fixture.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::test {
namespace {

using pm::signature_kind;

const auto standard = uint256::of(11);
const auto neg_risk = uint256::of(21);

/// With a list of markets, so that orders are tried. Everything else is as it must be.
template <class Base>
struct tried : Base {
  fake_exchange exchange;
  std::vector<json> rows = {row("11", false), row("21", true)};
  std::uint32_t lists = 0;

  tried() {
    exchange.owner = this->who.key->address_of();
    this->give_all();
    this->settings.gamma_url = "http://gamma";
    this->gamma = [this] {
      ++lists;
      return fake_venue::answer(200, json{{"markets", rows}}.dump());
    };
    this->polygon.quirk = [this](std::uint32_t, const chain::rpc_request& x) {
      return exchange.answer(x);
    };
  }
  ~tried() override { this->end(); }
  static json row(const std::string& yes, bool of_several) {
    auto out = gamma_row("0x" + std::string(62, 'a') + yes, "?", yes, yes + "9");
    out["negRisk"] = of_several;
    out["feesEnabled"] = !of_several;
    out["feeSchedule"]["rate"] = 0.04;
    out["orderPriceMinTickSize"] = of_several ? 0.001 : 0.01;
    return out;
  }
};
struct AccountTrial : tried<keeper_fixture> {};
struct DepositTrial : tried<deposit_fixture> {};

TEST_F(AccountTrial, AnOrderOfEachKindIsShownToItsExchangeOnceAndSentNowhere) {
  start();
  EXPECT_TRUE(open()) << reason();
  ASSERT_EQ(exchange.validated.size(), 2U);
  const auto& [first, ordinary] = exchange.validated[0];
  const auto& [second, other] = exchange.validated[1];
  EXPECT_EQ(first, polygon.contracts.exchange);
  EXPECT_EQ(second, polygon.contracts.neg_risk_exchange);
  EXPECT_EQ(ordinary.token, standard);
  EXPECT_EQ(other.token, neg_risk);
  EXPECT_EQ(other.maker_amount, 2'000'000) << "no fee there: the whole budget";
  EXPECT_EQ(other.taker_amount, 2'000'000'000) << "at the lowest price";
  EXPECT_LT(ordinary.maker_amount, 2'000'000) << "the fee is kept back";
  EXPECT_EQ(ordinary.maker_amount % 10'000, 0) << "whole cents, as the venue wants them";
  EXPECT_EQ(ordinary.maker, who.holder);
  pass(300s);
  EXPECT_EQ(exchange.validated.size(), 2U) << "no lasting load";
  EXPECT_EQ(lists, 1U);
  for (const auto& path : asked) EXPECT_FALSE(path.starts_with("/order")) << path;
  restart();
  EXPECT_EQ(exchange.validated.size(), 4U) << "once for each life";
}

TEST_F(AccountTrial, AMarketThatTheExchangeRefusesStopsBetsUntilItIsMended) {
  exchange.refused.insert(neg_risk);
  start();
  EXPECT_EQ(dir.gauges.venue_state().look().why, venue_stop::approvals);
  EXPECT_EQ(reason(), "main: neg-risk market of token 21: validateOrder: UserIsPaused");
  EXPECT_TRUE(alerted(pm::account_alert::self_test));
  EXPECT_FALSE(alerted(pm::account_alert::approvals)) << "nothing is missing";
  exchange.refused.clear();
  pass(5s);
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(reason(), "");
  EXPECT_FALSE(alerted(pm::account_alert::self_test));
}

TEST_F(AccountTrial, IsRepeatedMoreAndMoreSeldomWhileItFails) {
  exchange.refused.insert(standard);
  start();
  pass(60s);
  const auto soon = exchange.validated.size();
  EXPECT_GE(soon, 4U);
  EXPECT_LE(soon, 7U) << "2, 4, 8, ... seconds";
  pass(600s);
  EXPECT_LE(exchange.validated.size(), soon + 11) << "once a minute";
  EXPECT_FALSE(open());
  EXPECT_FALSE(reason().empty()) << "also between two trials";
}

TEST_F(AccountTrial, EachCheckIsNamed) {
  struct planted {
    std::function<void(AccountTrial&)> defect;
    const char* words;
  };
  const planted table[] = {
      {[](auto& t) { t.exchange.paused = true; }, "paused: trading is paused"},
      {[](auto& t) { t.exchange.chain_id = 80002; }, "hashOrder: another hash than ours"},
      {[](auto& t) { t.exchange.owner = {}; }, "validateOrder: InvalidSignature"},
      {[](auto& t) { t.exchange.up = false; }, "the exchange cannot be asked"},
      {[](auto& t) { t.gamma = nullptr; }, "the venue's list of markets cannot be read"},
  };
  start();
  for (const auto& [defect, words] : table) {
    const auto good = exchange;
    const auto list = gamma;
    defect(*this);
    restart();
    EXPECT_FALSE(open()) << words;
    EXPECT_NE(reason().find(words), std::string::npos) << reason();
    exchange = good;
    gamma = list;
    pass(5s);
    EXPECT_TRUE(open()) << reason();
  }
}

TEST_F(AccountTrial, AVenueWithoutAMarketOfAKindFailsNothing) {
  rows = {row("11", false)};
  start();
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(exchange.validated.size(), 1U);
}

TEST_F(AccountTrial, WhatIsClosedOrOfTheOtherKindGivesWayToTheNextMarket) {
  rows = {row("21", true), row("31", false), row("41", false), row("11", false)};
  rows[1]["acceptingOrders"] = false;
  rows[2]["closed"] = true;
  start();
  EXPECT_TRUE(open()) << reason();
  ASSERT_EQ(exchange.validated.size(), 2U);
  EXPECT_EQ(exchange.validated[0].second.token, standard);
}

TEST_F(AccountTrial, TokensOfTheSettingsAreTriedBeforeTheList) {
  settings.account.self_test_token = "61";
  settings.account.self_test_neg_risk_token = "71";
  markets.markets["61"];
  markets.markets["71"].neg_risk = true;
  start();
  EXPECT_TRUE(open()) << reason();
  ASSERT_EQ(exchange.validated.size(), 2U);
  EXPECT_EQ(exchange.validated[0].second.token, uint256::of(61));
  EXPECT_EQ(exchange.validated[1].second.token, uint256::of(71));
  EXPECT_EQ(lists, 0U);

  markets.markets["61"].accepting = false;  // it is over: the list has others
  restart();
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(exchange.validated[2].second.token, standard);
}

TEST_F(AccountTrial, TwoNodesMustAgree) {
  polygon.nodes = 2;
  bool disagrees = true;
  polygon.quirk = [&](std::uint32_t node,
                      const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
    auto other = exchange;
    if (disagrees && node == 1) other.refused = {standard};
    return other.answer(x);
  };
  start();
  EXPECT_FALSE(open());
  EXPECT_NE(reason().find("another node says that it is taken"), std::string::npos) << reason();
  disagrees = false;
  pass(5s);
  EXPECT_TRUE(open()) << reason();
}

TEST_F(AccountTrial, ComesAfterTheApprovalsAndAgainWhenTheyWereGone) {
  polygon.given.clear();
  start();
  EXPECT_TRUE(exchange.validated.empty());
  box.mine(polygon);
  pass(3s);
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(exchange.validated.size(), 2U);
  polygon.given.erase({polygon.contracts.collateral, polygon.contracts.exchange});
  pass(70s);
  EXPECT_FALSE(open());
  box.mine(polygon);
  pass(3s);
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(exchange.validated.size(), 4U);
}

TEST_F(AccountTrial, WithoutASelfTestAndOfADisabledAccountNothingIsTried) {
  settings.account.self_test = false;
  start();
  EXPECT_TRUE(open());
  settings.account.self_test = true;
  who.enabled = false;
  restart();
  EXPECT_TRUE(exchange.validated.empty());
}

TEST_F(AccountTrial, ASafesOrderIsSignedByItsKeyForTheSafe) {
  who.signature_type = 2;
  who.holder = *address::parse("0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47");
  start();
  EXPECT_TRUE(open()) << reason();
  const auto& order = exchange.validated.at(0).second;
  EXPECT_EQ(order.signature_type, signature_kind::safe);
  EXPECT_EQ(order.maker, who.holder);
  EXPECT_EQ(order.signer, who.key->address_of());
}

TEST_F(DepositTrial, TheWalletIsAskedAboutItsSignatureToo) {
  exchange.wallet_knows_owner = false;
  start();
  pass(1s);
  EXPECT_FALSE(open());
  EXPECT_EQ(reason(),
            "main: standard market of token 11: isValidSignature: the wallet does not know its "
            "owner");
  exchange.wallet_knows_owner = true;
  pass(5s);
  EXPECT_TRUE(open()) << reason();
  const auto& order = exchange.validated.back().second;
  EXPECT_EQ(order.signature_type, signature_kind::deposit_wallet);
  EXPECT_EQ(order.maker, who.holder);
  EXPECT_EQ(order.signer, who.holder);
}

// -- the words -----------------------------------------------------------------------------------

/// One's own order, as the keeper makes it.
pm::signed_order made() {
  const auto key = *chain::private_key::parse(
      "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
  pm::order body;
  body.salt = 1;
  body.token = standard;
  body.maker_amount = 2'000'000;
  body.taker_amount = 4'000'000;
  return pm::sign(body, pm::polygon_exchange(false), pm::order_type::fok, {key, key.address_of()});
}

TEST(OrderTrial, TheExchangeIsAskedByItsOwnSelectors) {
  const auto& known = chain::test::load("polymarket-onchain.json").at("selectors");
  const auto calls = pm::ask_exchange(made());
  ASSERT_EQ(calls.size(), 3U);
  const auto data = calls[1].params.at(0).at("data").get<std::string>();
  EXPECT_EQ(data.substr(0, 10),
            known
                .at("hashOrder((uint256,address,address,uint256,uint256,uint256,uint8,uint8,"
                    "uint256,bytes32,bytes32,bytes))")
                .get<std::string>());
}

TEST(OrderTrial, AnAnswerThatSaysNothingIsNoConsent) {
  const auto order = made();
  const auto ok = [](const std::string& hex) { return fake_node::ok(hex); };
  const auto no = ok(uint256::of(0).hex());
  const auto hash = ok(order.hash.hex());
  const auto ask = [&](std::vector<chain::rpc_result> said) {
    return pm::objection_to(order, said);
  };
  EXPECT_EQ(ask({no, hash, ok("0x")}), "");
  EXPECT_EQ(ask({no, hash, fake_node::error(-32000, "header not found")}), std::nullopt);
  EXPECT_EQ(ask({no, hash}), std::nullopt);
  EXPECT_EQ(ask({ok("0x"), ok("0x"), ok("0x")}), "there is no exchange of this kind");
  EXPECT_EQ(ask({no, hash, fake_exchange::revert("Unheard()")})->find("validateOrder: 0x"), 0U);
}

}  // namespace
}  // namespace headroom::test
