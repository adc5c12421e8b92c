#include "tests/chain/treasury/okx_house.hpp"

/// The OKX legs that move money at the exchange and out of it: what they ask for once, what they
/// look up, and what they leave to a human.
namespace headroom::test {
namespace {

using fault = fake_okx::fault;
using namespace std::chrono_literals;

const std::string transfers = "/api/v5/asset/transfer";
const std::string orders = "/api/v5/trade/order";
const std::string withdrawals = "/api/v5/asset/withdrawal";

struct OkxMoney : OkxHouse {
  /// Where the step stands after a restart of the process.
  step_progress look_anew() {
    restart();
    return look();
  }
  /// Until the exchange has not known a request for long enough.
  void wait_for_word() { pass(settings.not_found_for); }
};

// -- the trade -----------------------------------------------------------------------------------

TEST_F(OkxMoney, ATradeMovesTheMoneyAndTakesTheBookAtABoundedPrice) {
  at(trade_part, 100_usdc);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'960'010_micro);
  EXPECT_TRUE(says(p, "final: 0.019994 USDT are left")) << p.detail;
  ASSERT_EQ(there.count(transfers), 1U);
  const auto moved = there.posted[transfers][0];
  EXPECT_EQ(moved["ccy"], "USDT");
  EXPECT_EQ(moved["amt"], "100.00");
  EXPECT_EQ(moved["from"], "6");
  EXPECT_EQ(moved["to"], "18");
  ASSERT_EQ(there.count(orders), 1U);
  const auto order = there.posted[orders][0];
  EXPECT_EQ(order["instId"], "USDC-USDT");
  EXPECT_EQ(order["tdMode"], "cash");
  EXPECT_EQ(order["side"], "buy");
  EXPECT_EQ(order["ordType"], "ioc");
  EXPECT_EQ(order["px"], "1.0003");
  EXPECT_EQ(order["sz"], "99.970008");
  const auto id = order["clOrdId"].get<std::string>();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), id.npos);
  EXPECT_NE(id, moved["clientId"]);
  EXPECT_EQ(look_anew().amount_out, 99'960'010_micro) << "asked for again, nothing is done again";
  EXPECT_EQ(there.count(transfers), 1U);
  EXPECT_EQ(there.count(orders), 1U);
}

TEST_F(OkxMoney, WhatAnOrderHasNotGotTheNextLookTriesAgain) {
  at(trade_part, 100_usdc);
  there.fill_ppm = 400'000;
  auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_TRUE(says(p, "ordered: 39.992002 of 100.00 USDT are spent")) << p.detail;
  there.fill_ppm = 1'000'000;
  p = look_anew();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'968'005_micro) << "of both";
  ASSERT_EQ(there.count(orders), 2U);
  EXPECT_NE(there.posted[orders][0]["clOrdId"], there.posted[orders][1]["clOrdId"]);
  EXPECT_EQ(there.posted[orders][1]["sz"], "59.99");
  EXPECT_EQ(there.count(transfers), 1U);
}

TEST_F(OkxMoney, APriceBelowTheFloorIsWaitedOut) {
  at(trade_part, 100_usdc);
  there.ask = "1.0041";
  auto p = look();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(says(p, "the price is below the floor")) << p.detail;
  EXPECT_EQ(there.count(orders), 0U);
  there.ask = "1.004";
  p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(there.posted[orders][0]["px"], "1.004") << "never above 10,000 / least_bps";
}

/// Each request of the trade, with each way to lose its answer: it is looked up, never sent again.
TEST_F(OkxMoney, ALostAnswerIsLookedUpByItsClientId) {
  for (const auto& path : {transfers, orders})
    for (const auto how : {fault::after, fault::timeout_after}) {
      step.conversion = conversion_id::from_digest(
          chain::keccak256(path + std::to_string(static_cast<int>(how))));
      at(trade_part, 100_usdc);
      there.posted.clear();
      there.next[path] = how;
      auto p = look();
      EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
      EXPECT_TRUE(says(p, "asked to ")) << p.detail;
      there.hidden = 2;
      EXPECT_TRUE(says(look_anew(), "OKX does not know it yet"));
      EXPECT_TRUE(says(look_anew(), "OKX does not know it yet"));
      p = look_anew();
      EXPECT_EQ(p.state, step_state::done) << path << ": " << p.detail;
      EXPECT_EQ(p.amount_out, 99'960'010_micro);
      EXPECT_EQ(there.count(transfers), 1U) << path;
      EXPECT_EQ(there.count(orders), 1U) << path;
    }
}

TEST_F(OkxMoney, AnOrderThatOkxNeverHadIsTriedUnderAnotherIdAfterAWhile) {
  at(trade_part, 100_usdc);
  there.next[orders] = fault::lost;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_TRUE(says(look(), "OKX does not know it yet"));
  EXPECT_EQ(there.count(orders), 1U);
  wait_for_word();
  auto p = look();
  EXPECT_EQ(p.state, step_state::failed) << p.detail;
  p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  ASSERT_EQ(there.count(orders), 2U);
  EXPECT_NE(there.posted[orders][0]["clOrdId"], there.posted[orders][1]["clOrdId"]);
  EXPECT_EQ(there.count(transfers), 1U) << "what the first attempt did is not done again";
}

TEST_F(OkxMoney, TooManyQuestionsFailTheAttemptAndNothingElse) {
  at(trade_part, 100_usdc);
  there.next[transfers] = fault::limited;
  auto p = look();
  EXPECT_EQ(p.state, step_state::failed);
  EXPECT_TRUE(says(p, "OKX says 50011")) << p.detail;
  there.next[orders] = fault::limited;
  EXPECT_EQ(look().state, step_state::failed);
  p = look_anew();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(there.transfers.size(), 1U);
  EXPECT_EQ(there.orders.size(), 1U);
  std::set<std::string> ids;
  for (const auto& body : there.posted[orders]) ids.insert(body["clOrdId"].get<std::string>());
  EXPECT_EQ(ids.size(), there.count(orders)) << "no id is sent twice";
}

TEST_F(OkxMoney, ASilentExchangeMakesTheStepUnreadableAndStopsTheRoute) {
  at(trade_part, 100_usdc);
  there.next[orders] = fault::after;
  look();
  there.silent = true;
  EXPECT_EQ(look().state, step_state::unreadable);
  const auto f = flight();
  EXPECT_FALSE(f.readable);
  EXPECT_EQ(f.moves, 1U);
  EXPECT_EQ(f.amount, 100_usdc);
}

// -- the withdrawal ------------------------------------------------------------------------------

TEST_F(OkxMoney, AWithdrawalIsDoneWithWhatItsReceiptShowsOnceItIsFinal) {
  at(withdraw_part, 99'960'010_micro);
  auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_TRUE(says(p, "asked: OKX sends it")) << p.detail;
  const auto back = there.posted[transfers].at(0);
  EXPECT_EQ(back["ccy"], "USDC");
  EXPECT_EQ(back["from"], "18");
  EXPECT_EQ(back["to"], "6");
  const auto asked = there.posted[withdrawals].at(0);
  EXPECT_EQ(asked["ccy"], "USDC");
  EXPECT_EQ(asked["amt"], "99.86001") << "the fee is taken beside it";
  EXPECT_EQ(asked["dest"], "4");
  EXPECT_EQ(asked["toAddrType"], "1");
  EXPECT_EQ(asked["chain"], "USDC-Polygon");
  EXPECT_EQ(address::parse(asked["toAddr"].get<std::string>()), account(5));
  EXPECT_FALSE(asked.contains("fee"));
  EXPECT_FALSE(asked.contains("rcvrInfo"));
  there.tx = chain::keccak256("not mined").hex();
  EXPECT_TRUE(says(look_anew(), "sent: not seen on chain yet"));
  const auto tx = pay_out(99'860'010);
  EXPECT_TRUE(says(look_anew(), "sent: not final yet"));
  to.node.add_blocks(3);
  p = look_anew();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'860'010_micro);
  EXPECT_EQ(p.tx_hash, tx);
  there.silent = true;
  EXPECT_EQ(look_anew().state, step_state::done) << "the outbox knows the transaction";
  EXPECT_EQ(there.count(withdrawals), 1U);
  EXPECT_EQ(there.count(transfers), 1U);
}

TEST_F(OkxMoney, ATransactionThatDoesNotPayUsWhatWasAskedForIsNoProof) {
  at(withdraw_part, 100_usdc);
  look();
  pay_out(99'900'000, account(6));
  to.node.add_blocks(3);
  EXPECT_TRUE(says(look(), "OKX' transaction does not pay us"));
  pay_out(99'899'999);
  to.node.add_blocks(3);
  EXPECT_EQ(look().state, step_state::unreadable) << "a millionth is missing";
  arrive(99'900'000);
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(OkxMoney, OneTransferIsOneConversions) {
  at(withdraw_part, 100_usdc);
  look();
  arrive(99'900'000);
  const auto other = conversion_id::from_digest(chain::keccak256("another"));
  conversion done;
  done.id = other;
  auto& had = done.steps.emplace_back();
  had.name = "withdraw";
  had.state = "done";
  had.amount_out = 99'900'000_micro;
  had.tx_hash = *hash256::parse(there.tx);
  reader.listed.conversions = {done};
  const auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable);
  EXPECT_TRUE(says(p, "pays another conversion")) << p.detail;
  reader.listed.conversions[0].id = step.conversion;
  EXPECT_EQ(look_anew().state, step_state::done) << "its own, seen before";
}

TEST_F(OkxMoney, AWithdrawalWhoseAnswerWasLostIsFoundAndNeverAskedForTwice) {
  for (const auto how : {fault::after, fault::timeout_after}) {
    step.conversion =
        conversion_id::from_digest(chain::keccak256(std::to_string(static_cast<int>(how))));
    at(withdraw_part, 100_usdc);
    there.posted.clear();
    there.withdrawal_state = "1";
    there.tx.clear();
    there.next[withdrawals] = how;
    EXPECT_EQ(look().state, step_state::in_flight);
    there.hidden = 1;
    EXPECT_TRUE(says(look_anew(), "OKX does not know it yet"));
    EXPECT_TRUE(says(look_anew(), "asked: OKX sends it"));
    arrive(99'900'000);
    EXPECT_EQ(look_anew().state, step_state::done);
    EXPECT_EQ(there.count(withdrawals), 1U);
  }
}

TEST_F(OkxMoney, AWithdrawalThatOkxDoesNotKnowIsLeftToAnOperator) {
  at(withdraw_part, 100_usdc);
  there.next[withdrawals] = fault::lost;
  look();
  const auto id = there.posted[withdrawals].at(0)["clientId"].get<std::string>();
  EXPECT_TRUE(says(look(), "OKX does not know it yet"));
  EXPECT_FALSE(alarmed("route.exchange_in_doubt", id));
  wait_for_word();
  auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable);
  EXPECT_TRUE(says(p, "in doubt")) << p.detail;
  EXPECT_TRUE(alarmed("route.exchange_in_doubt", id));
  EXPECT_FALSE(flight().readable);
  for (int i = 0; i < 5; ++i) look_anew();
  EXPECT_EQ(there.count(withdrawals), 1U) << "it is not sent again, however often it is looked at";
  const auto too_early = ask<step_progress>(actors::rescue_step{step});
  EXPECT_EQ(too_early->state, step_state::in_flight) << "a restart waits anew";
  wait_for_word();
  const auto ended = ask<step_progress>(actors::rescue_step{step});
  EXPECT_EQ(ended->state, step_state::failed) << ended->detail;
  EXPECT_FALSE(alarmed("route.exchange_in_doubt", id));
  ++step.attempt;
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(there.count(withdrawals), 2U);
  EXPECT_NE(there.posted[withdrawals][1]["clientId"], id);
  EXPECT_EQ(there.count(transfers), 1U);
}

/// The core gave up on a look that was slow, or an operator came in between.
TEST_F(OkxMoney, TwoLooksAtOnceSendOneRequest) {
  at(withdraw_part, 100_usdc);
  caf::scoped_actor self{sys};
  auto first = self->request(route, caf::infinite, step);
  auto second = self->request(route, caf::infinite, actors::rescue_step{step});
  sched.run();
  const auto heard = [](const step_progress& p) { EXPECT_EQ(p.state, step_state::in_flight); };
  const auto failed = [](const caf::error& e) { ADD_FAILURE() << to_string(e); };
  first.receive(heard, failed);
  second.receive(heard, failed);
  look();
  EXPECT_EQ(there.count(transfers), 1U);
  EXPECT_EQ(there.count(withdrawals), 1U);
}

TEST_F(OkxMoney, WhatOkxTookAndDoesNotShowIsNeverCalledUndone) {
  at(withdraw_part, 100_usdc);
  look();
  there.hidden = 3;
  EXPECT_TRUE(says(look(), "OKX does not know it yet"));
  wait_for_word();
  EXPECT_TRUE(says(look(), "OKX took the request to withdraw USDC and does not show it"));
  EXPECT_EQ(ask<step_progress>(actors::rescue_step{step})->state, step_state::unreadable);
  EXPECT_TRUE(says(look(), "asked: OKX sends it"));
  EXPECT_EQ(there.count(withdrawals), 1U);
}

TEST_F(OkxMoney, AnOrderThatOnlyTheHistoryHasIsFoundThere) {
  at(trade_part, 100_usdc);
  there.next[orders] = fault::after;
  EXPECT_EQ(look().state, step_state::in_flight);
  there.past = std::exchange(there.orders, {});
  const auto p = look_anew();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(there.count(orders), 1U);
}

TEST_F(OkxMoney, AnOrderThatOkxTookAndShowsNowhereIsEndedByAnOperator) {
  at(trade_part, 100_usdc);
  there.next[orders] = fault::limited;
  EXPECT_EQ(look().state, step_state::failed);
  there.hidden = 1;
  EXPECT_TRUE(says(look(), "OKX does not know it yet"));
  there.orders.clear();
  wait_for_word();
  EXPECT_TRUE(says(look(), "OKX took the request to buy USDC for USDT and does not show it"));
  EXPECT_EQ(ask<step_progress>(actors::rescue_step{step})->state, step_state::failed);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
}

TEST_F(OkxMoney, AFullDoorCostsNoTriesAndAnOperatorBeginsANewSeries) {
  at(trade_part, 100_usdc);
  for (int i = 0; i < 70; ++i) {
    there.next[orders] = fault::limited;
    EXPECT_EQ(look().state, step_state::failed);
  }
  for (int i = 0; i < 64; ++i) {
    there.next[orders] = fault::ip;
    EXPECT_EQ(look().state, step_state::failed);
  }
  const auto before = there.count(orders);
  EXPECT_TRUE(says(look_anew(), "too many tries to buy USDC for USDT"));
  EXPECT_EQ(there.count(orders), before);
  there.fill_ppm = 500'000;
  EXPECT_EQ(ask<step_progress>(actors::rescue_step{step})->state, step_state::in_flight);
  there.fill_ppm = 1'000'000;
  const auto p = look_anew();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
}

/// That something is out of order there says nothing of what was asked for.
TEST_F(OkxMoney, OnlyTheWordsForNoneMeanNone) {
  at(trade_part, 100_usdc);
  web_says = [this](const net::http_request& r) {
    return r.url.find("transfer-state") == r.url.npos ? there.heard(r)
                                                      : fake_okx::said(200, "58007", "Abnormal");
  };
  EXPECT_EQ(look().state, step_state::unreadable);
  wait_for_word();
  EXPECT_EQ(look().state, step_state::unreadable);
  EXPECT_EQ(there.count(transfers), 1U);
}

TEST_F(OkxMoney, AClientIdThatOkxHasSeenIsOurs) {
  at(withdraw_part, 100_usdc);
  there.next[withdrawals] = fault::lost;
  look();
  // It came through after all, and an earlier life of ours asks again: the exchange refuses it.
  const auto body = there.posted[withdrawals].at(0);
  there.withdrawals.push_back({{"ccy", "USDC"},
                               {"chain", "USDC-Polygon"},
                               {"amt", body["amt"]},
                               {"to", body["toAddr"]},
                               {"clientId", body["clientId"]},
                               {"wdId", "7"}});
  EXPECT_TRUE(says(look_anew(), "asked: OKX sends it"));
  EXPECT_EQ(there.count(withdrawals), 1U);
  there.withdrawals.push_back(there.withdrawals.back());
  EXPECT_TRUE(says(look(), "2 withdrawals under"));
  EXPECT_TRUE(alarmed("route.exchange_review")) << "paid twice, which is a human's matter";
}

TEST_F(OkxMoney, AWithdrawalUnderReviewIsAnAlertAndGoesOn) {
  at(withdraw_part, 100_usdc);
  look();
  for (const char* state : {"4", "5", "6", "8", "9", "12", "17"}) {
    there.withdrawal_state = state;
    const auto p = look();
    EXPECT_EQ(p.state, step_state::in_flight);
    EXPECT_TRUE(says(p, std::string{"held by the exchange: the withdrawal 1 is in state "} + state))
        << p.detail;
    EXPECT_TRUE(alarmed("route.exchange_review"));
    EXPECT_FALSE(flight().readable);
  }
  there.withdrawal_state = "1";
  EXPECT_TRUE(says(look(), "asked: OKX sends it"));
  EXPECT_FALSE(alarmed("route.exchange_review"));
  EXPECT_TRUE(flight().readable);
}

TEST_F(OkxMoney, AWithdrawalThatOkxEndsUnpaidIsAskedForAnewAndTheMoneyIsNotMovedAgain) {
  for (const char* state : {"-1", "-2"}) {
    step.conversion = conversion_id::from_digest(chain::keccak256(std::string{"ended "} + state));
    at(withdraw_part, 100_usdc);
    there.posted.clear();
    there.tx.clear();
    there.withdrawal_state = state;
    auto p = look();
    EXPECT_EQ(p.state, step_state::failed);
    EXPECT_TRUE(says(p, std::string{"in state "} + state)) << p.detail;
    there.withdrawal_state = "1";
    EXPECT_EQ(look_anew().state, step_state::in_flight);
    arrive(99'900'000);
    EXPECT_EQ(look_anew().state, step_state::done);
    ASSERT_EQ(there.count(withdrawals), 2U);
    EXPECT_NE(there.posted[withdrawals][0]["clientId"], there.posted[withdrawals][1]["clientId"]);
    EXPECT_EQ(there.count(transfers), 1U);
  }
}

TEST_F(OkxMoney, ASuspendedWithdrawalWaitsInTheAccount) {
  at(withdraw_part, 100_usdc);
  there.withdrawals_open = false;
  auto p = look();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(says(p, "OKX has suspended withdrawals of USDC-Polygon")) << p.detail;
  EXPECT_EQ(there.count(withdrawals), 0U);
  there.withdrawals_open = true;
  settings.receiver = "private";
  p = look_anew();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_EQ(there.posted[withdrawals].at(0)["rcvrInfo"]["walletType"], "private");
}

/// The whole way, the process ended after every look: each thing is asked for once.
TEST_F(OkxMoney, AConversionThatIsInterruptedEverywhereSendsNothingTwice) {
  ASSERT_EQ(look().state, step_state::in_flight);
  deposit_is_final();
  look_anew();
  there.deposit(last_operation().tx_hash, "100", "2");
  auto p = look_anew();
  ASSERT_EQ(p.state, step_state::done) << p.detail;
  at(trade_part, p.amount_out);
  there.next[transfers] = fault::after;
  look_anew();
  there.next[orders] = fault::after;
  look_anew();
  p = look_anew();
  ASSERT_EQ(p.state, step_state::done) << p.detail;
  at(withdraw_part, p.amount_out);
  there.next[transfers] = fault::after;
  look_anew();
  there.next[withdrawals] = fault::timeout_after;
  look_anew();
  look_anew();
  arrive(99'860'010);
  p = look_anew();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'860'010_micro);
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(there.count(transfers), 2U);
  EXPECT_EQ(there.count(orders), 1U);
  EXPECT_EQ(there.count(withdrawals), 1U);
  for (const auto& [id, row] : externals.all())
    EXPECT_EQ(row.status, external_status::confirmed) << row.purpose;
}

}  // namespace
}  // namespace headroom::test
