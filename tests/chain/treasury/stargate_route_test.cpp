#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/treasury/route_plans.hpp"
#include "chain/treasury/stargate_run.hpp"
#include "tests/chain/treasury/bridge_house.hpp"

/// Stargate's leg between two chains in memory: pools have credit for each path, and none is there
/// on Plasma.
namespace headroom::test {
namespace {

namespace oft = chain::oft;

constexpr std::uint64_t wei = 10'000'000'000'000'000;  // what a message costs

struct StargateRoute : BridgeHouse {
  chain::stargate_settings settings;
  chain::base_route chains;
  const address pool = account(2);
  const address far_pool = account(4);
  const hash256 guid = chain::keccak256("the message");

  StargateRoute() {
    settings.pool_base = pool;
    settings.pool_polygon_usdc = far_pool;
    chains.base = {"Base", 8'453, account(5), {2, final_by::confirmations}, {}, nodes(from)};
    chains.base_usdc = account(1);
    chains.polygon = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    chains.polygon_usdc = account(3);
    add_wallet(chains.base.account());
    from.node.add_blocks(10);
    to.node.add_blocks(10);
    from.answer(account(1), chain::balance_of_call(account(5)), word(1'000'000'000));
    from.answer(account(1), chain::allowance_call(account(5), pool), word(UINT64_MAX));
    pool_pays(account(3));
    credit_is(1'000'000'000);
    fee_is(wei);
    plan = [this] { return chain::stargate_base_plan(settings, chains); };
    restart();
  }

  void pool_pays(const address& token) {
    to.answer(far_pool, chain::abi::encoder{"token()"}.done(), word(token));
  }
  /// As the pool answers it for 100 USDC: what it takes is capped to the path's credit, and 1 bp is
  /// its fee.
  void credit_is(std::uint64_t credit) {
    const auto taken = std::min<std::uint64_t>(credit, 100'000'000);
    pool_says(credit, taken, taken - taken / 10'000);
  }
  void pool_says(std::uint64_t most, std::uint64_t takes, std::uint64_t brings) {
    from.answer(pool, oft::quote_oft_call({}),
                chain::abi::encoder{}
                    .number(1)
                    .number(most)
                    .number(160)
                    .number(takes)
                    .number(brings)
                    .number(0)
                    .done());
  }
  void fee_is(std::uint64_t native) {
    from.answer(pool, oft::quote_send_call({}),
                chain::abi::encoder{}.number(native).number(0).done());
  }
  void send_message() {
    ASSERT_EQ(look().state, step_state::in_flight);
    ASSERT_EQ(sent.back().purpose, "bridge");
    const auto data =
        chain::abi::encoder{}.number(30'109).number(100'000'000).number(99'990'000).done();
    confirm({{pool, {oft::sent_topic(), guid, chain::abi::word_of(account(5))}, data}});
  }
  void arrives(const address& who, std::uint64_t amount,
               std::optional<address> token = account(3)) {
    to.events.push_back({to.head(),
                         far_pool,
                         {oft::received_topic(), guid, chain::abi::word_of(who)},
                         chain::abi::encoder{}.number(30'184).number(amount).done(),
                         chain::keccak256("delivery")});
    if (token) to.pays(*token, who, amount, chain::keccak256("delivery"), to.head());
  }
};

TEST_F(StargateRoute, WhatThePoolPromisesIsTheLeastThatItIsSentFor) {
  const auto q = quoted(100_usdc);
  EXPECT_EQ(q.refusal, "");
  EXPECT_EQ(q.expected_out, 99'990'000_micro);
  EXPECT_EQ(q.fee, 30'010'000_micro) << "its own, and a hundredth of a coin at 3,000";
  EXPECT_EQ(q.most, 1'000_usdc);
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(sent.size(), 1U);
  const auto& call = sent[0].call;
  EXPECT_EQ(call.to, pool);
  auto p = chain::stargate_parameters(
      {chains.base, chains.polygon, pool, far_pool, 30'109, account(1), "USDC", 0, {}}, 100_usdc);
  p.min_amount = 99'990'000;
  EXPECT_EQ(call.data, oft::send_call(p, {call.value, {}}, account(5)));
  EXPECT_EQ(call.value, uint256::of(wei / 100 * 110 + 1));
}

TEST_F(StargateRoute, WithoutCreditItWaitsAndSaysSo) {
  credit_is(0);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_TRUE(says(p, "waits: Stargate's credit on this path is used up"));
  EXPECT_EQ(quoted(100_usdc).refusal, "Stargate's credit on this path is used up");
  credit_is(99'999'999);
  EXPECT_TRUE(says(look(), "waits: Stargate's credit on this path is 99999999 now"));
  EXPECT_EQ(quoted(100_usdc).most, 99'999'999_micro) << "so that the choice can be made by it";
  EXPECT_TRUE(sent.empty());
  credit_is(100'000'000);
  EXPECT_EQ(look().state, step_state::in_flight);
}

TEST_F(StargateRoute, APoolThatBringsTooLittleOrTooMuchOrAsksTooMuchIsWaitedFor) {
  for (const std::uint64_t brings : {99'849'999U, 100'000'001U}) {
    pool_says(1'000'000'000, 100'000'000, brings);
    EXPECT_TRUE(says(look(), "waits: Stargate would bring ")) << brings;
  }
  credit_is(1'000'000'000);
  fee_is(settings.max_fee_wei_base + 1);
  EXPECT_TRUE(says(look(), "waits: Stargate's message is too dear"));
  EXPECT_EQ(quoted(100_usdc).refusal, "Stargate's message is too dear");
  EXPECT_TRUE(sent.empty());
}

TEST_F(StargateRoute, ThePoolIsApprovedFirst) {
  from.answer(account(1), chain::allowance_call(account(5), pool), word(99'999'999));
  look();
  EXPECT_EQ(sent.back().purpose, "approve");
  EXPECT_EQ(sent.back().id, chain::operation_of(step, "approve"));
  EXPECT_EQ(sent.back().call.to, account(1));
  confirm({});
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(says(p, "the node does not show it yet")) << "it is behind: no attempt failed";
  EXPECT_EQ(sent.size(), 1U);
  from.answer(account(1), chain::allowance_call(account(5), pool), word(UINT64_MAX));
  look();
  EXPECT_EQ(sent.back().purpose, "bridge");
}

TEST_F(StargateRoute, SentDeliveredFinalOverRestarts) {
  send_message();
  EXPECT_TRUE(says(look_thrice(), "sent: waits for delivery"));
  look();
  arrives(account(5), 99'990'000);
  EXPECT_TRUE(says(look_thrice(), "delivered: not final yet"));
  to.node.add_blocks(2);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'990'000_micro);
}

TEST_F(StargateRoute, AnArrivalElsewhereIsUnreadable) {
  send_message();
  arrives(account(8), 99'990'000);
  EXPECT_EQ(look_thrice().state, step_state::unreadable);
}

/// As native USDC where the route ends in USDC.e.
TEST_F(StargateRoute, APoolThatPaysOutAnotherTokenTakesNothing) {
  pool_pays(account(7));
  restart();
  EXPECT_EQ(quoted(100_usdc).refusal, "Stargate pays out " + account(7).hex() +
                                          " on Polygon, and this route is for " + account(3).hex());
  EXPECT_NE(ask<actors::route_info>(actors::get_atom::value)->disabled, "");
  EXPECT_EQ(look().state, step_state::held);
  restart();
  flight();
  EXPECT_NE(ask<actors::route_info>(actors::get_atom::value)->disabled, "")
      << "by the route's own look";
  to.silent = true;
  restart();
  EXPECT_EQ(look().state, step_state::unreadable) << "nor while it is not known";
  EXPECT_TRUE(sent.empty());
}

TEST_F(StargateRoute, AnArrivalCountsByTheTokenThatWeGot) {
  send_message();
  arrives(account(5), 99'990'000, account(7));
  to.node.add_blocks(2);
  EXPECT_EQ(look_thrice().state, step_state::unreadable) << "another token";
  to.pays(account(3), account(5), 99'989'999, chain::keccak256("delivery"), to.head() - 2);
  EXPECT_EQ(look_thrice().state, step_state::unreadable) << "too little of it";
  to.pays(account(3), account(5), 1, chain::keccak256("delivery"), to.head() - 2);
  EXPECT_EQ(look_thrice().state, step_state::done);
}

TEST_F(StargateRoute, MoreThanWasSentIsNoArrivalOfIt) {
  send_message();
  arrives(account(5), 100'000'001);
  to.node.add_blocks(2);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::unreadable);
  EXPECT_TRUE(says(p, "says 100.000001, and 100.00 were sent")) << p.detail;
}

TEST_F(StargateRoute, OfALargeAmountASecondNodeMustShowTheSame) {
  chains.polygon.finality = {2, final_by::either, 100_usdc};
  to.node.nodes = 2;
  restart();
  send_message();
  arrives(account(5), 99'990'000);
  to.node.add_blocks(2);
  to.node.finalized = to.head();
  bool knows = false;
  auto head = to.head();
  to.node.quirk = [&, old = to.node.quirk](std::uint32_t n, const chain::rpc_request& x) {
    if (n == 1 && x.method == "eth_getTransactionReceipt" && !knows)
      return std::optional{fake_node::ok(nullptr)};
    if (n == 1 && x.method == "eth_getBlockByNumber" && x.params.at(0) == "finalized")
      return std::optional{fake_node::ok(to.node.block(head, false))};
    return old(n, x);
  };
  EXPECT_TRUE(says(look(), "delivered: one node alone shows it"));
  knows = true;
  head = to.head() - 3;
  EXPECT_TRUE(says(look(), "delivered: not final yet")) << "by the second one";
  head = to.head();
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(StargateRoute, ABusIsNoMessageOfOurs) {
  ASSERT_EQ(look().state, step_state::in_flight);
  const auto data =
      chain::abi::encoder{}.number(30'109).number(100'000'000).number(99'990'000).done();
  confirm({{pool, {oft::sent_topic(), hash256{}, chain::abi::word_of(account(5))}, data}});
  EXPECT_EQ(look_thrice().state, step_state::unreadable);
}

TEST_F(StargateRoute, AMessageNotDeliveredByTwiceItsTimeStopsTheRoute) {
  send_message();
  look();
  EXPECT_TRUE(flight().readable);
  pass(settings.delivered_within());
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_FALSE(flight().readable);
  EXPECT_TRUE(dir.gauges.alerts().lasts("route.unverified", guid.hex()));
  arrives(account(5), 99'990'000);
  to.node.add_blocks(2);
  EXPECT_EQ(look().state, step_state::done);
  EXPECT_FALSE(dir.gauges.alerts().lasts("route.unverified", guid.hex()));
}

TEST_F(StargateRoute, WithoutAPoolTheRouteIsListedAndRefusesEverything) {
  settings.pool_base = {};
  restart();
  EXPECT_EQ(ask<actors::route_info>(actors::get_atom::value)->disabled,
            "Stargate has no pool of USDC on Base");
  EXPECT_EQ(quoted(100_usdc).refusal, "Stargate has no pool of USDC on Base");
  EXPECT_TRUE(says(look(), "waits: Stargate has no pool of USDC on Base"));
  EXPECT_TRUE(sent.empty());
}

}  // namespace
}  // namespace headroom::test
