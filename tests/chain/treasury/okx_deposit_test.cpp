#include "tests/chain/treasury/okx_house.hpp"

/// The first OKX leg and the route's quotes: what is paid in, and what is left to a human.
namespace headroom::test {
namespace {

using fault = fake_okx::fault;
using OkxDeposit = OkxHouse;

TEST_F(OkxDeposit, ItPaysInByOneTransferAndWaitsUntilTheMoneyMayBeWithdrawn) {
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  ASSERT_EQ(sent.size(), 1U);
  const auto& call = sent.back().call;
  EXPECT_EQ(call.to, pair.usdt0);
  EXPECT_EQ(call.value, uint256{});
  EXPECT_EQ(call.data, chain::abi::encoder{"transfer(address,uint256)"}
                           .account(account(7))
                           .number(100'000'000)
                           .done());
  EXPECT_TRUE(says(look(), "sent: not final on the source chain"));
  deposit_is_final();
  EXPECT_TRUE(says(look_thrice(), "sent: OKX has not seen it yet"));
  const auto tx = last_operation().tx_hash;
  there.deposit(tx, "100", "0");
  EXPECT_TRUE(says(look_thrice(), "sent: waits for OKX' confirmations"));
  there.deposit(tx, "100", "1");
  EXPECT_TRUE(says(look_thrice(), "credited: cannot be withdrawn yet"));
  EXPECT_EQ(flight().moves, 1U);
  there.deposit(tx, "100", "2");
  const auto last = look_thrice();
  EXPECT_EQ(last.state, step_state::done) << last.detail;
  EXPECT_EQ(last.amount_out, 100_usdc);
  EXPECT_EQ(last.tx_hash, tx);
}

TEST_F(OkxDeposit, AnotherDepositAddressThanOursIsPaidNothing) {
  there.deposit_address = account(8);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_TRUE(says(p, account(8).hex())) << p.detail;
  EXPECT_TRUE(alarmed("route.exchange_address", "okx"));
  EXPECT_TRUE(sent.empty());
  there.deposit_address = account(7);
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_FALSE(alarmed("route.exchange_address", "okx"));
}

TEST_F(OkxDeposit, ASuspendedChainOnEitherSideDisablesTheRouteBeforeMoneyMoves) {
  const auto disabled = [this] {
    return ask<actors::route_info>(actors::get_atom::value)->disabled;
  };
  struct row {
    bool* open;
    const char* words;
  };
  const row table[] = {{&there.deposits_open, "OKX has suspended deposits of USDT-Plasma"},
                       {&there.withdrawals_open, "OKX has suspended withdrawals of USDC-Polygon"}};
  for (const auto& r : table) {
    *r.open = false;
    EXPECT_TRUE(flight().readable);
    EXPECT_EQ(disabled(), r.words);
    EXPECT_EQ(quoted(100_usdc).refusal, r.words);
    const auto p = look();
    EXPECT_EQ(p.state, step_state::held);
    EXPECT_TRUE(says(p, r.words)) << p.detail;
    *r.open = true;
    EXPECT_TRUE(flight().readable);
    EXPECT_EQ(disabled(), "");
  }
  EXPECT_TRUE(sent.empty());
  settings.withdrawal_chain = "USDC-Elsewhere";
  restart();
  EXPECT_EQ(quoted(100_usdc).refusal, "OKX does not list USDC-Elsewhere");
}

TEST_F(OkxDeposit, ADepositThatTheExchangeHoldsStopsTheRouteAndTellsAHuman) {
  pay_in();
  const auto tx = last_operation().tx_hash;
  for (const char* state : {"8", "11", "12", "13", "14", "17", "a word"}) {
    there.deposit(tx, "100", state);
    const auto p = look();
    EXPECT_EQ(p.state, step_state::in_flight) << state;
    EXPECT_TRUE(says(p, std::string{"is in state "} + state)) << p.detail;
    EXPECT_TRUE(alarmed("route.exchange_review")) << state;
    EXPECT_FALSE(flight().readable) << "nothing new may start";
  }
  there.deposit(tx, "100", "2");
  EXPECT_EQ(look().state, step_state::done);
  EXPECT_FALSE(alarmed("route.exchange_review"));
  EXPECT_TRUE(flight().readable);
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(OkxDeposit, ADepositThatIsNotWhatWeSentIsNotBelieved) {
  pay_in();
  const auto tx = last_operation().tx_hash;
  there.deposit(tx, "99.99", "2");
  EXPECT_EQ(look().state, step_state::unreadable);
  there.deposit(tx, "100", "2");
  there.deposits[tx.hex()]["chain"] = "USDT-TRC20";
  EXPECT_EQ(look().state, step_state::unreadable);
  deposit_is_final(99'000'000);
  EXPECT_TRUE(says(look(), "the deposit's receipt does not show it"));
}

TEST_F(OkxDeposit, WithoutAnAnswerNothingIsPaidIn) {
  there.silent = true;
  EXPECT_EQ(look().state, step_state::held);
  EXPECT_FALSE(ask<actors::route_quote>(100_usdc)) << "no quote at all";
  EXPECT_FALSE(flight().readable);
  EXPECT_EQ(flight().problem, "OKX cannot be read");
  there.silent = false;
  there.next["/api/v5/asset/currencies"] = fault::ip;
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(says(p, "OKX says 50110 (our IP address is not on the key's whitelist)")) << p.detail;
  EXPECT_TRUE(alarmed("route.exchange_key", "okx"));
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_FALSE(alarmed("route.exchange_key", "okx"));
}

TEST_F(OkxDeposit, AQuoteIsTheBooksPriceLessBothFees) {
  const auto q = quoted(100_usdc);
  EXPECT_EQ(q.refusal, "");
  // 100 / 1.0001 = 99.990000, 10 bps of it, and 0.1 for the withdrawal
  EXPECT_EQ(q.expected_out, 99'790'010_micro);
  EXPECT_EQ(q.fee, 209'990_micro);
  EXPECT_EQ(q.least, 1'100'000_micro);
  EXPECT_EQ(q.most, 10'000'000_usdc);
  there.ask = "1.0041";
  EXPECT_EQ(quoted(100_usdc).refusal, "the price is below the floor");
  there.ask = "1.0001";
  there.depth = "99";
  EXPECT_EQ(quoted(100_usdc).refusal, "OKX' book does not hold so much");
}

}  // namespace
}  // namespace headroom::test
