#include "chain/treasury/wrap_leg.hpp"

#include "tests/chain/treasury/bridge_house.hpp"

/// USDC.e to pUSD as the last step of a route.
namespace headroom::test {
namespace {

struct WrapLeg : BridgeHouse {
  chain::wrap_terms terms;

  WrapLeg() {
    terms.chain = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    terms.onramp = account(1);
    terms.usdc_e = account(2);
    terms.collateral = account(3);
    terms.to = account(6);
    add_wallet(terms.chain.account());
    to.node.add_blocks(10);
    to.answer(account(2), chain::balance_of_call(account(5)), word(1'000'000'000));
    to.answer(account(2), chain::allowance_call(account(5), account(1)), word(UINT64_MAX));
    plan = [this] {
      chain::route_plan p;
      p.name = "wrap";
      p.legs.push_back(std::make_shared<chain::wrap_leg>(terms));
      return p;
    };
    restart();
  }
  void wrapping_brings(const address& whom) {
    confirm({{account(3),
              {chain::transfer_topic(), chain::abi::word_of(address{}), chain::abi::word_of(whom)},
              word(100'000'000)}});
  }
};

TEST_F(WrapLeg, ItIsOneToOneOnTheAccountThatBets) {
  EXPECT_EQ(quoted(100_usdc).expected_out, 100_usdc);
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].purpose, "wrap");
  EXPECT_EQ(sent[0].call.to, account(1));
  EXPECT_EQ(to_0x(byte_view{sent[0].call.data}.first(4)), "0x62355638");
  EXPECT_EQ(sent[0].call.data, chain::wrap_call(terms, 100_usdc));
  EXPECT_TRUE(says(look_thrice(), "not final"));
  wrapping_brings(account(6));
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 100_usdc);
}

TEST_F(WrapLeg, WhatComesToAnotherAccountIsUnreadable) {
  look();
  wrapping_brings(account(5));
  EXPECT_EQ(look_thrice().state, step_state::unreadable);
}

TEST_F(WrapLeg, TheOnrampIsApprovedFirst) {
  to.answer(account(2), chain::allowance_call(account(5), account(1)), word(99'999'999));
  look();
  EXPECT_EQ(sent.back().purpose, "approve");
  EXPECT_EQ(sent.back().call.to, account(2));
  EXPECT_EQ(sent.back().id, chain::operation_of(step, "approve/onramp"));
}

TEST_F(WrapLeg, APausedOnrampIsWaitedFor) {
  wallet_says_no = make_error(errc::unavailable, "execution reverted: OnlyUnpaused()");
  EXPECT_TRUE(says(look(), "waits: execution reverted: OnlyUnpaused()"));
  wallet_says_no = {};
  EXPECT_EQ(look().state, step_state::in_flight);
}

}  // namespace
}  // namespace headroom::test
