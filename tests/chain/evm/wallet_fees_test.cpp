#include "actors/house_counters.hpp"
#include "tests/chain/evm/wallet_fixture.hpp"

/// What a transaction may cost, how often that rises, and what a node's own words change.
namespace headroom::test {
namespace {

TEST_F(Wallet, StuckTransactionIsReplacedUnderTheSameNonceAndMinedOnce) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  pass_with_blocks(35s);
  const auto rows = books.find(id(1));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].nonce, rows[1].nonce);
  const auto first = chain::decode_transaction(rows[0].raw)->body;
  const auto second = chain::decode_transaction(rows[1].raw)->body;
  EXPECT_EQ(first.data, second.data);
  EXPECT_GE(second.fees.max_fee, first.fees.max_fee + first.fees.max_fee / 4);
  EXPECT_GE(second.fees.max_priority_fee,
            first.fees.max_priority_fee + first.fees.max_priority_fee / 4);
  node.mine();
  node.add_block();
  node.add_block();
  pass(3s);
  const auto report = ask(actors::get_atom::value, id(1));
  EXPECT_EQ(report->state, operation_state::confirmed);
  EXPECT_EQ(report->tx_hash, rows[1].tx_hash);
  EXPECT_EQ(node.receipts.size(), 1U);
}

TEST_F(Wallet, OnlyTheFirstInLineIsReplaced) {
  ASSERT_TRUE(ask(call(1)));
  ASSERT_TRUE(ask(call(2)));
  pass_with_blocks(35s);
  EXPECT_EQ(books.find(id(1)).size(), 2U);
  EXPECT_EQ(books.find(id(2)).size(), 1U);
}

TEST_F(Wallet, ThePriceIsBoundedNotTheAttempts) {
  settings.max_fee_wei = 40'000'000'000;  // the first attempt offers 3 gwei
  restart();
  ASSERT_TRUE(ask(call(1)));
  pass_with_blocks(600s);
  const auto rows = books.find(id(1));
  EXPECT_GT(rows.size(), 10U);
  EXPECT_LT(rows.size(), 16U);
  EXPECT_EQ(chain::decode_transaction(rows.back().raw)->body.fees.max_fee, 40'000'000'000U);
  EXPECT_TRUE(alerted("wallet.stuck"));
  const auto sent = node.sent.size();
  pass_with_blocks(60s);
  EXPECT_GT(node.sent.size(), sent) << "it is still sent, now and then";
  EXPECT_EQ(books.find(id(1)).size(), rows.size());
  settings.max_fee_wei = 80'000'000'000;
  restart();
  pass_with_blocks(40s);
  EXPECT_GT(books.find(id(1)).size(), rows.size()) << "a higher limit frees what is stored";
  node.mine();
  node.add_blocks(2);
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_FALSE(alerted("wallet.stuck"));
}

TEST_F(Wallet, NoFeeIsRaisedWhileTheChainMakesNoBlock) {
  ASSERT_TRUE(ask(call(1)));
  pass(300s);
  EXPECT_EQ(books.find(id(1)).size(), 1U);
  EXPECT_TRUE(alerted("wallet.standstill"));
  pass_with_blocks(31s);
  EXPECT_FALSE(alerted("wallet.standstill"));
  EXPECT_EQ(books.find(id(1)).size(), 2U);
}

TEST_F(Wallet, TheTipThatANodeAsksForIsReadFromItsWords) {
  node.least_tip = 25'000'000'000;
  ASSERT_TRUE(ask(call(1)));
  pass_with_blocks(5s);
  const auto rows = books.find(id(1));
  ASSERT_EQ(rows.size(), 2U) << "one step, not twenty";
  EXPECT_EQ(chain::decode_transaction(rows[1].raw)->body.fees.max_priority_fee, 25'000'000'000U);
  ASSERT_TRUE(ask(call(2)));
  pass_with_blocks(5s);
  EXPECT_EQ(books.find(id(2)).size(), 1U) << "it is known from then on";
}

TEST_F(Wallet, ARaisedLeastTipFreesAStoredRow) {
  node.least_tip = 25'000'000'000;
  node.send_error = "transaction underpriced";  // says no number
  settings.max_fee_wei = 20'000'000'000;        // and the old settings could not have paid it
  restart();
  ASSERT_TRUE(ask(call(1)));
  pass_with_blocks(200s);
  EXPECT_TRUE(node.sent.empty());
  node.send_error.clear();
  settings.max_fee_wei = 1'000'000'000'000;
  settings.min_tip_wei = 30'000'000'000;
  restart();
  pass_with_blocks(10s);
  ASSERT_FALSE(node.sent.empty());
  EXPECT_EQ(node.seen.at(node.sent.back()).body.fees.max_priority_fee, 30'000'000'000U);
}

TEST_F(Wallet, ATransactionNeverCostsMoreThanItsLimit) {
  settings.max_tx_fee_wei = 1'000'000'000'000'000;  // 0.001 coin
  restart();
  auto heavy = call(1);
  heavy.call.gas_limit = 100'000;  // at most 10 gwei each
  ASSERT_TRUE(ask(heavy));
  pass_with_blocks(300s);
  for (const auto& row : books.find(id(1))) {
    const auto body = chain::decode_transaction(row.raw)->body;
    EXPECT_LE(body.gas_limit * body.fees.max_fee, settings.max_tx_fee_wei);
  }
  auto heavier = call(2);
  heavier.call.gas_limit = 1'000'000;
  EXPECT_EQ(actors::code_of(ask(heavier).error()), errc::unavailable);
  EXPECT_TRUE(alerted("wallet.price"));
}

TEST_F(Wallet, ANodesOwnCapIsReadAndTheNextAttemptIsCheaper) {
  settings.max_tx_fee_wei = 10'000'000'000'000'000'000ULL;
  settings.base_fee_percent = 1'000;  // a careless operator
  node.base_fee = 1'000'000'000'000;
  node.balance = UINT64_MAX;
  settings.max_fee_wei = 100'000'000'000'000;
  restart();
  node.send_error = "tx fee (1.50 ether) exceeds the configured cap (1.00 ether)";
  auto x = call(1);
  x.call.gas_limit = 150'000;
  ASSERT_TRUE(ask(x));
  node.send_error.clear();
  pass_with_blocks(5s);
  const auto rows = books.find(id(1));
  ASSERT_EQ(rows.size(), 2U);
  const auto body = chain::decode_transaction(rows[1].raw)->body;
  EXPECT_LE(body.gas_limit * body.fees.max_fee, 1'000'000'000'000'000'000ULL);
  node.mine();
  EXPECT_EQ(node.count, 1U);
}

TEST_F(Wallet, AGasPriceAboveTheLimitIsSaidAndNothingIsSigned) {
  settings.max_fee_wei = 10'000'000'000;
  crash();
  start();
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(alert(), "");
  node.base_fee = 100'000'000'000;
  EXPECT_EQ(actors::code_of(ask(call(2)).error()), errc::unavailable);
  EXPECT_EQ(alert(), "the gas price is above max_fee_wei = 10000000000");
  EXPECT_TRUE(books.find(id(2)).empty());
}

TEST_F(Wallet, ATransactionThatCannotBeBumpedAnyMoreIsSaid) {
  settings.max_fee_wei = 10'000'000'000;
  crash();
  start();
  ASSERT_TRUE(ask(call(1)));
  node.base_fee = 100'000'000'000;
  pass_with_blocks(35s);
  EXPECT_EQ(books.find(id(1)).size(), 1U);
  EXPECT_EQ(alert(), "the gas price is above max_fee_wei = 10000000000");
  node.base_fee = 2'000'000'000;
  pass_with_blocks(5s);
  EXPECT_EQ(books.find(id(1)).size(), 2U) << "it goes on when the chain is cheaper";
}

TEST_F(Wallet, TooLowFeeIsRaisedAtOnce) {
  node.send_error = "transaction underpriced: gas tip cap 1, minimum needed 25000000000";
  ASSERT_TRUE(ask(call(1)));
  pass(2s);
  node.send_error.clear();
  pass(6s);
  EXPECT_GE(books.find(id(1)).size(), 2U);
  node.mine();
  EXPECT_EQ(node.count, 1U);
}

TEST_F(Wallet, NativeCoinIsPromisedOnce) {
  auto paying = call(1);
  paying.call.value = uint256::of(300'000'000'000'000'000);
  auto next = call(2);
  next.call.value = uint256::of(600'000'000'000'000'000);
  node.balance = 900'000'000'000'000'000;  // enough for either, with gas
  EXPECT_EQ(ask(paying)->state, operation_state::pending);
  EXPECT_EQ(actors::code_of(ask(next).error()), errc::unavailable);
  EXPECT_TRUE(alerted("wallet.no_gas"));
  EXPECT_TRUE(books.find(id(2)).empty()) << "stored, it would hold up what comes after it";
  EXPECT_EQ(ask(call(3))->state, operation_state::pending) << "what is affordable goes on";
  node.mine();
  node.balance = 700'000'000'000'000'000;
  pass(3s);
  EXPECT_EQ(ask(next)->state, operation_state::pending);
  EXPECT_FALSE(alerted("wallet.no_gas"));
  node.balance = 1;
  EXPECT_EQ(actors::code_of(ask(call(4)).error()), errc::unavailable);
  EXPECT_TRUE(alerted("wallet.no_gas")) << "the second outage is said as well";
  EXPECT_EQ(w->dir.gauges.alerts().raised().at("wallet.no_gas"), 2U);
}

TEST_F(Wallet, CoinsThatWillNotLastTheDayAreSaidUntilTheyWill) {
  crash();
  settings.gas_low_hours = 10;
  start();
  auto& counters = w->dir.gauges.counters();
  counters.saw_coin("9745", 2, w->now().minus(std::chrono::hours{1}));
  node.balance = 1'000'000'000'000'000'000;  // one was spent within the hour
  ASSERT_TRUE(ask(call(1)));
  EXPECT_TRUE(alerted("gas.low"));
  node.balance = 15'000'000'000'000'000'000U;
  ASSERT_TRUE(ask(call(2)));
  EXPECT_FALSE(alerted("gas.low")) << "fifteen hours are enough here";
}

/// No node takes a broadcast here, so that the balance alone can end the alert.
TEST_F(Wallet, ABalanceThatDoesNotPayIsSaidEachTimeUntilItDoes) {
  node.sends = fake_node::mood::unreachable;
  for (const int n : {1, 2}) {
    node.balance = 1;
    EXPECT_EQ(actors::code_of(ask(call(n)).error()), errc::unavailable);
    EXPECT_TRUE(alerted("wallet.no_gas")) << n;
    node.balance = 1'000'000'000'000'000'000;
    EXPECT_EQ(ask(call(n))->state, operation_state::pending);
    EXPECT_FALSE(alerted("wallet.no_gas")) << n;
  }
  EXPECT_EQ(w->dir.gauges.alerts().raised().at("wallet.no_gas"), 2U);
}

/// Nothing is priced while it lasts, so that a node's word alone can end the alert.
TEST_F(Wallet, ANodeThatMissesCoinForAStoredTransactionIsSaidEachTimeUntilOneTakesIt) {
  node.send_error = "insufficient funds for gas * price + value";
  ASSERT_TRUE(ask(call(1)));
  EXPECT_TRUE(alerted("wallet.no_gas"));
  node.send_error.clear();
  pass(3s);
  EXPECT_EQ(node.sent.size(), 1U);
  EXPECT_FALSE(alerted("wallet.no_gas"));
  node.send_error = "insufficient funds for gas * price + value";
  pass(20s);  // a node may forget it: it is sent again, and refused
  EXPECT_TRUE(alerted("wallet.no_gas"));
  node.send_error.clear();
  pass(6s);
  EXPECT_EQ(node.sent.size(), 2U);
  EXPECT_FALSE(alerted("wallet.no_gas"));
  EXPECT_EQ(w->dir.gauges.alerts().raised().at("wallet.no_gas"), 2U);
}

TEST_F(Wallet, CoinThatNothingWaitsForIsNotMissed) {
  ASSERT_TRUE(ask(call(1)));
  node.send_error = "insufficient funds for gas * price + value";
  pass(20s);
  ASSERT_TRUE(alerted("wallet.no_gas"));
  node.mine();
  node.add_blocks(2);
  pass(3s);
  ASSERT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_FALSE(alerted("wallet.no_gas"));
}

TEST_F(Wallet, CoinThatCameIsSeenAlthoughNobodyAsksAgain) {
  node.balance = 1;
  EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::unavailable);
  pass(130s);
  EXPECT_TRUE(alerted("wallet.no_gas"));
  node.balance = 1'000'000'000'000'000'000;
  pass(130s);
  EXPECT_FALSE(alerted("wallet.no_gas"));
}

}  // namespace
}  // namespace headroom::test
