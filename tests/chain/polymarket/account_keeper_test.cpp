#include "chain/polymarket/account_keeper.hpp"

#include <gtest/gtest.h>

#include "actors/query_actor.hpp"
#include "tests/chain/polymarket/books_outbox.hpp"
#include "tests/chain/polymarket/keeper_fixture.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::test {
namespace {

struct AccountKeeper : keeper_fixture {};

// -- the self-test -------------------------------------------------------------------------------

TEST_F(AccountKeeper, NoBetIsTakenUntilEveryApprovalIsOnTheChain) {
  start();
  EXPECT_EQ(dir.gauges.venue_state().look().why, venue_stop::approvals);
  EXPECT_TRUE(reason().starts_with("main: missing: pUSD to the exchange, ")) << reason();
  EXPECT_TRUE(alerted(pm::account_alert::approvals));
  EXPECT_EQ(box.count("venue.approve"), 8U) << "all at once";
  box.mine(polygon);
  pass(3s);
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(reason(), "");
  EXPECT_FALSE(alerted(pm::account_alert::approvals));
  EXPECT_EQ(box.all.size(), 8U);
}

TEST_F(AccountKeeper, AnApprovalIsSentOnceHoweverLongItTakes) {
  start();
  pass(20s);
  restart();
  pass(20s);
  EXPECT_EQ(box.all.size(), 8U);
  EXPECT_FALSE(open());
}

TEST_F(AccountKeeper, ARevokedApprovalStopsBetsAndIsGivenAnew) {
  start();
  box.mine(polygon);
  pass(3s);
  ASSERT_TRUE(open());
  polygon.given.erase({polygon.contracts.conditional_tokens, polygon.contracts.neg_risk_exchange});
  pass(70s);
  EXPECT_FALSE(open());
  EXPECT_EQ(reason(), "main: missing: shares to the neg-risk exchange");
  ASSERT_EQ(box.all.size(), 9U);
  box.mine(polygon);
  pass(3s);
  EXPECT_TRUE(open());
  EXPECT_EQ(box.all.size(), 9U);
}

TEST_F(AccountKeeper, AChainWithoutTheContractsIsNamedAndNothingIsSent) {
  polygon.without_code.insert(polygon.contracts.conditional_tokens);
  start();
  pass(10s);
  EXPECT_FALSE(open());
  EXPECT_EQ(reason(),
            "main: there is no contract at 0x4D97DCd97eC945f40cF65F87097ACe5EA0476045: "
            "ConditionalTokens");
  EXPECT_TRUE(box.all.empty());
}

TEST_F(AccountKeeper, WithoutASelfTestApprovalsAreGivenAndStopNothing) {
  settings.account.self_test = false;
  start();
  EXPECT_TRUE(open());
  EXPECT_TRUE(alerted(pm::account_alert::approvals)) << "a human is told all the same";
  EXPECT_EQ(box.count("venue.approve"), 8U);
}

TEST_F(AccountKeeper, ASilentChainClosesAtTheStartAndNotLater) {
  give_all();
  polygon.up = false;
  start();
  pass(10s);
  EXPECT_FALSE(open());
  EXPECT_EQ(reason(), "main: the chain does not answer");
  polygon.up = true;
  pass(3s);
  EXPECT_TRUE(open());
  polygon.up = false;
  pass(200s);
  EXPECT_TRUE(open()) << "what was so counts until it is known to be otherwise";
}

TEST_F(AccountKeeper, TwoNodesMustAgree) {
  give_all();
  polygon.nodes = 2;
  const auto one = pm::needed_approvals(polygon.contracts).front();
  const auto question = pm::ask_approval(one, who.holder).params;
  bool disagrees = true;
  polygon.quirk = [&](std::uint32_t node,
                      const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
    if (node == 0 || !disagrees || x.params != question) return std::nullopt;
    return fake_node::ok("0x" + std::string(64, '0'));
  };
  start();
  pass(10s);
  EXPECT_FALSE(open());
  EXPECT_EQ(reason(), "main: its approvals cannot be read, or two nodes disagree about them");
  EXPECT_TRUE(box.all.empty()) << "one node's word sends nothing";
  disagrees = false;
  pass(3s);
  EXPECT_TRUE(open());
  disagrees = true;
  pass(130s);
  EXPECT_TRUE(open()) << "one node's word stops nothing";
}

TEST_F(AccountKeeper, AWalletThatCannotSendSaysWhy) {
  box.refusal = make_error(errc::unavailable, "not enough native coin for gas");
  start();
  pass(5s);
  EXPECT_NE(reason().find("not enough native coin for gas"), std::string::npos) << reason();
  box.refusal.reset();
  pass(5s);
  EXPECT_EQ(box.count("venue.approve"), 8U);
}

TEST_F(AccountKeeper, AVenueThatDoesNotSeeAnApprovalIsAskedToReadTheChain) {
  give_all();
  allowances = "{\"" + polygon.contracts.neg_risk_adapter.hex() + "\":\"0\"}";
  start();
  EXPECT_FALSE(open());
  EXPECT_EQ(reason(),
            "main: the chain has all approvals, the venue does not see: pUSD to the retired "
            "neg-risk adapter");
  EXPECT_EQ(asked,
            (std::vector<std::string>{
                "/auth/derive-api-key", "/balance-allowance?asset_type=COLLATERAL&signature_type=0",
                "/balance-allowance/update?asset_type=COLLATERAL&signature_type=0"}));
  EXPECT_TRUE(box.all.empty());
  allowances = "{\"" + polygon.contracts.neg_risk_adapter.hex() + "\":\"5\"}";
  pass(3s);
  EXPECT_TRUE(open());
}

TEST_F(AccountKeeper, AVenueThatDoesNotAnswerStopsNothingHere) {
  give_all();
  allowances.clear();
  start();
  EXPECT_TRUE(open());
}

// -- collateral ----------------------------------------------------------------------------------

struct Collateral : AccountKeeper {
  Collateral() {
    settings.account.keeps_collateral = true;
    settings.account.check_every = 10s;
    give_all();
  }
  /// Every transaction is mined after two seconds.
  void run_for(std::chrono::seconds time) {
    for (auto i = 0s; i < time; i += 2s) {
      pass(2s);
      EXPECT_LE(box.pending(), 1U) << "one move at a time";
      box.mine(polygon);
    }
  }
};

TEST_F(Collateral, BelowTheLowMarkUsdcEIsWrappedUpToTheBuffer) {
  polygon.collateral = 800_usdc;
  polygon.loose = 500_usdc;
  start();
  run_for(60s);
  EXPECT_EQ(polygon.collateral, 1000_usdc);
  EXPECT_EQ(polygon.loose, 300_usdc);
  ASSERT_EQ(box.all.size(), 2U);
  EXPECT_EQ(box.all[0].what.purpose, "venue.ramp_approve");
  EXPECT_EQ(box.all[1].what.purpose, "venue.wrap");
  EXPECT_FALSE(alerted(pm::account_alert::moved_less));
  EXPECT_FALSE(alerted(pm::account_alert::shortage));
}

TEST_F(Collateral, AboveTheHighMarkTheSurplusIsUnwrapped) {
  polygon.collateral = 1500_usdc;
  start();
  run_for(60s);
  EXPECT_EQ(polygon.collateral, 1000_usdc);
  EXPECT_EQ(polygon.loose, 500_usdc);
  EXPECT_EQ(box.count("venue.unwrap"), 1U);
}

TEST_F(Collateral, WithinTheMarksNothingMoves) {
  polygon.collateral = 950_usdc;
  polygon.loose = 500_usdc;
  start();
  run_for(60s);
  EXPECT_TRUE(box.all.empty());
}

/// Else they would wait for ever: all of the buffer is pUSD, and they are paid in USDC.e.
TEST_F(Collateral, WhatWithdrawalsWaitForIsUnwrappedBetweenOrders) {
  memory_books books;
  memory_reader reader{books};
  dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
  withdrawal row;
  row.id.bytes[0] = 1;
  row.amount = 60_usdc;
  books.withdrawals.rows[row.id] = row;
  settings.pays_withdrawals = true;
  polygon.collateral = 1060_usdc;
  start();
  run_for(60s);
  EXPECT_EQ(polygon.loose, 60_usdc);
  EXPECT_EQ(polygon.collateral, 1000_usdc);
  EXPECT_EQ(box.count("venue.unwrap"), 1U);
  end();
}

TEST_F(Collateral, FollowsTheBufferAgainAndAgain) {
  polygon.collateral = 1000_usdc;
  polygon.loose = 5000_usdc;
  start();
  for (const auto buffer : {3000_usdc, 1000_usdc, 2000_usdc}) {
    dir.gauges.publish_buffer_available(buffer);
    run_for(60s);
    EXPECT_EQ(polygon.collateral, buffer);
  }
  EXPECT_EQ(add(polygon.collateral, polygon.loose), 6000_usdc);
}

TEST_F(Collateral, ARestartInTheMiddleOfAMoveMakesNoSecondOne) {
  polygon.collateral = 500_usdc;
  polygon.loose = 5000_usdc;
  start();
  pass(3s);
  box.mine(polygon);  // the approval of the ramp
  pass(25s);
  ASSERT_EQ(box.count("venue.wrap"), 1U);
  restart();
  pass(30s);
  EXPECT_EQ(box.all.size(), 2U) << "it is watched";
  box.mine(polygon);
  pass(30s);
  EXPECT_EQ(polygon.collateral, 1000_usdc);
  EXPECT_EQ(box.all.size(), 2U);
  restart();
  dir.gauges.publish_buffer_available(2000_usdc);
  run_for(60s);
  EXPECT_EQ(polygon.collateral, 2000_usdc) << "the line goes on behind what was sent";
  EXPECT_EQ(box.all.size(), 4U);
}

TEST_F(Collateral, AMissingReserveIsAnAlarm) {
  polygon.collateral = 100_usdc;
  polygon.loose = 50_usdc;
  start();
  run_for(60s);
  EXPECT_EQ(polygon.collateral, 150_usdc) << "what there is, is wrapped";
  EXPECT_TRUE(alerted(pm::account_alert::shortage));
  EXPECT_TRUE(open()) << "bets are bounded by the venue, not stopped here";
  polygon.loose = 5000_usdc;
  run_for(60s);
  EXPECT_FALSE(alerted(pm::account_alert::shortage));
}

TEST_F(Collateral, WithoutARampNothingMoves) {
  polygon.without_code.insert(polygon.contracts.onramp);
  polygon.loose = 500_usdc;
  start();
  run_for(30s);
  EXPECT_TRUE(box.all.empty());
}

TEST_F(Collateral, AnUnknownBufferMovesNothing) {
  dir.gauges.forget_buffer_available();
  polygon.loose = 500_usdc;
  start();
  run_for(30s);
  EXPECT_TRUE(box.all.empty());
}

// -- a deposit wallet ----------------------------------------------------------------------------

struct DepositAccount : deposit_fixture {};

TEST_F(DepositAccount, GetsItsApprovalsInOneBatchThatIsStoredFirst) {
  start();
  pass(6s);
  ASSERT_EQ(relayed.bodies.size(), 1U);
  EXPECT_EQ(relayed.events.front(), "store stored");
  EXPECT_EQ(json::parse(relayed.bodies[0]).at("depositWalletParams").at("calls").size(), 8U);
  EXPECT_FALSE(open());
  confirm();
  EXPECT_TRUE(open()) << reason();
  EXPECT_TRUE(box.all.empty()) << "no wallet of ours sends for it";
  pass(130s);
  EXPECT_EQ(relayed.bodies.size(), 1U);
}

TEST_F(DepositAccount, IsAWalletForWhoeverSendsFromIt) {
  give_all();
  start();
  pass(6s);
  const auto wallet = dir.handles.wallet({137, who.holder});
  ASSERT_TRUE(wallet);
  std::vector<actors::operation_report> heard;
  const auto ask = [&](auto... question) {
    own(sys.spawn([&heard, wallet, question...](caf::event_based_actor* me) {
      me->request(wallet, caf::infinite, question...)
          .then([&heard](const actors::operation_report& r) { heard.push_back(r); },
                [](const caf::error&) { ADD_FAILURE() << "refused"; });
    }));
    pass(3s);
    ASSERT_FALSE(heard.empty());
  };
  operation_id id;
  id.bytes[0] = 7;
  ask(actors::get_atom::value, id);
  EXPECT_EQ(heard.back().state, operation_state::unsent);
  actors::contract_call redeem;
  redeem.to = *address::parse("0xAdA100Db00Ca00073811820692005400218FcE1f");
  redeem.data = {1, 2, 3};
  for (int i = 0; i < 2; ++i) {  // the same id is one batch
    ask(actors::send_transaction{id, "redeem", redeem});
    EXPECT_EQ(heard.back().state, operation_state::pending);
  }
  ASSERT_EQ(relayed.bodies.size(), 1U);
  const auto calls = json::parse(relayed.bodies[0]).at("depositWalletParams").at("calls");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].at("data"), "0x010203");
  relayed.state = "STATE_CONFIRMED";
  ++relayed.nonce;
  pass(5s);
  ask(actors::get_atom::value, id);
  EXPECT_EQ(heard.back().state, operation_state::confirmed);
  EXPECT_FALSE(heard.back().tx_hash.is_zero()) << "its receipt is read by that";
}

// -- a deposit wallet that is not there yet
// --------------------------------------------------------

struct NewWallet : DepositAccount {
  NewWallet() { polygon.without_code.insert(who.holder); }
};

TEST_F(NewWallet, IsMadeByTheRelayerBeforeItsApprovals) {
  start();
  pass(6s);
  ASSERT_EQ(relayed.bodies.size(), 1U);
  EXPECT_EQ(relayed.events.front(), "store stored");
  EXPECT_EQ(json::parse(relayed.bodies[0]),
            (json{{"type", "WALLET-CREATE"},
                  {"from", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"},
                  {"to", "0x00000000000Fb5C9ADea0298D729A0CB3823Cc07"}}));
  EXPECT_FALSE(open());
  EXPECT_NE(reason().find("no deposit wallet stands at 0xBc0f"), std::string::npos) << reason();
  polygon.without_code.erase(who.holder);
  relayed.state = "STATE_CONFIRMED";
  const auto& row = relayed.rows.begin()->second;
  for (int i = 0; i < 10 && row.status != external_status::confirmed; ++i) pass(1s);
  relayed.state = "STATE_NEW";
  pass(6s);
  ASSERT_EQ(relayed.bodies.size(), 2U);
  EXPECT_EQ(json::parse(relayed.bodies[1]).at("depositWalletParams").at("calls").size(), 8U);
  confirm();
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(relayed.rows.size(), 2U);
}

TEST_F(NewWallet, TheRelayersWordMakesNone) {
  start();
  pass(6s);
  relayed.state = "STATE_CONFIRMED";
  pass(4s);
  EXPECT_EQ(relayed.bodies.size(), 1U) << "a node may lag";
  pass(300s);
  EXPECT_FALSE(open());
  EXPECT_NE(reason().find("the relayer says that it has made it"), std::string::npos) << reason();
  EXPECT_GE(relayed.bodies.size(), 3U);
  EXPECT_LE(relayed.bodies.size(), 8U) << "more and more seldom";
}

TEST_F(NewWallet, AFailureIsAnAlarmAndIsTriedAgainLater) {
  start();
  pass(6s);
  relayed.state = "STATE_FAILED";
  relayed.words = "execution failed";
  pass(8s);
  EXPECT_TRUE(alerted(pm::relayer_alert));
  EXPECT_NE(reason().find("execution failed"), std::string::npos) << reason();
  relayed.state = "STATE_NEW";
  pass(15s);
  ASSERT_EQ(relayed.bodies.size(), 2U);
  EXPECT_EQ(relayed.bodies[1], relayed.bodies[0]);
  EXPECT_EQ(relayed.rows.size(), 2U) << "under an id of its own";
}

TEST_F(NewWallet, AnAlarmOfItsMakingEndsWhenItIsThere) {
  give_all();
  relayed.on_submit.push_back(fake_venue::answer(400, R"({"error":"wallet already deployed"})"));
  start();
  pass(6s);
  EXPECT_TRUE(alerted(pm::relayer_alert));
  EXPECT_FALSE(open());
  polygon.without_code.clear();
  pass(6s);
  EXPECT_TRUE(open()) << reason();
  EXPECT_FALSE(alerted(pm::relayer_alert)) << "no later batch would end it";
}

TEST_F(NewWallet, ARestartAsksForNoSecondOne) {
  start();
  pass(6s);
  restart();
  pass(20s);
  EXPECT_EQ(relayed.bodies.size(), 1U);
  polygon.without_code.clear();
  relayed.state = "STATE_CONFIRMED";
  pass(5s);
  relayed.state = "STATE_NEW";
  pass(5s);
  EXPECT_EQ(json::parse(relayed.bodies.back()).at("type"), "WALLET");
}

TEST_F(NewWallet, ThatIsNotItsKeysOwnIsNotAskedFor) {
  who.holder.bytes[19] ^= 1;
  polygon.without_code.insert(who.holder);
  start();
  pass(20s);
  EXPECT_TRUE(relayed.bodies.empty());
  EXPECT_FALSE(open());
  EXPECT_NE(
      reason().find("the one that its key gets is 0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50"),
      std::string::npos)
      << reason();
  EXPECT_TRUE(alerted(pm::account_alert::wallet));
}

TEST_F(DepositAccount, AFailedBatchIsFollowedByAnotherOneAfterAWhileWithOneCallAtATime) {
  start();
  pass(6s);
  relayed.state = "STATE_FAILED";
  pass(3s);
  relayed.state = "STATE_NEW";
  pass(6s);
  EXPECT_EQ(relayed.bodies.size(), 1U) << "not at once";
  pass(8s);
  ASSERT_EQ(relayed.bodies.size(), 2U);
  EXPECT_EQ(json::parse(relayed.bodies[1]).at("depositWalletParams").at("calls").size(), 1U)
      << "one that is refused must not hold back the others";
  EXPECT_EQ(relayed.rows.size(), 2U) << "under an id of its own";
  confirm();
  pass(4s);
  ASSERT_EQ(relayed.bodies.size(), 3U);
  EXPECT_EQ(json::parse(relayed.bodies[2]).at("depositWalletParams").at("calls").size(), 7U);
  confirm();
  EXPECT_TRUE(open()) << reason();
}

TEST_F(DepositAccount, ApprovesAndWrapsInOneBatch) {
  settings.account.keeps_collateral = true;
  settings.account.check_every = 10s;
  give_all();
  polygon.loose = 2000_usdc;
  start();
  pass(6s);
  ASSERT_EQ(relayed.bodies.size(), 1U);
  EXPECT_EQ(json::parse(relayed.bodies[0]).at("depositWalletParams").at("calls").size(), 2U);
  confirm();
  EXPECT_EQ(polygon.collateral, 1000_usdc);
  pass(60s);
  EXPECT_EQ(relayed.bodies.size(), 1U);
}

TEST_F(DepositAccount, ARestartWaitsForTheBatchThatIsUnderWay) {
  start();
  pass(6s);
  ASSERT_EQ(relayed.bodies.size(), 1U);
  restart();
  pass(20s);
  EXPECT_EQ(relayed.bodies.size(), 1U);
  confirm();
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(relayed.rows.size(), 1U);
}

/// With the outbox that the service has, over books in memory.
struct DepositAccountInTheBooks : DepositAccount {
  books_outbox kept;

  DepositAccountInTheBooks() {
    kept.start(sys, dir, w);
    for (auto& a : kept.take()) alive.push_back(std::move(a));
    outbox = kept.outbox;
  }
  ~DepositAccountInTheBooks() override { end(); }
};

TEST_F(DepositAccountInTheBooks, ARestartSendsAndSignsNothingTwice) {
  start();
  pass(6s);
  ASSERT_EQ(relayed.bodies.size(), 1U);
  const auto& rows = kept.books.externals.all();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.begin()->second.status, external_status::accepted);
  EXPECT_EQ(rows.begin()->second.request, relayed.bodies[0]);
  restart();
  pass(20s);
  EXPECT_EQ(relayed.bodies.size(), 1U);
  confirm();
  EXPECT_TRUE(open()) << reason();
  restart();
  pass(130s);
  EXPECT_TRUE(open()) << reason();
  EXPECT_EQ(relayed.bodies.size(), 1U);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.begin()->second.status, external_status::confirmed);
}

}  // namespace
}  // namespace headroom::test
