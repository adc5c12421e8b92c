#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/treasury/layerzero.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_uniswap_route.hpp"
#include "tests/chain/treasury/bridge_house.hpp"
#include "tests/chain/vectors.hpp"

/// LayerZero's leg between two chains in memory: what the bridge says before money moves, and a
/// message's states until it is final.
namespace headroom::test {
namespace {

namespace oft = chain::oft;
namespace layerzero = chain::layerzero;

constexpr std::uint64_t coin = 1'000'000'000'000'000'000;

struct OftRoute : BridgeHouse {
  chain::oft_uniswap_settings settings;
  chain::rpc_actor plasma;
  chain::rpc_actor polygon;
  const address endpoint = account(20);
  const hash256 guid = chain::keccak256("the message");

  OftRoute() {
    settings.plasma = {9745, 30'383, account(1), account(2), {2, final_by::confirmations}};
    settings.polygon = {137, 30'109, account(3), account(4), {2, final_by::confirmations}};
    settings.plasma_wallet = settings.polygon_wallet = account(5);
    settings.expected_seconds = 600;
    add_wallet(on_plasma(settings));
    add_wallet(on_polygon(settings));
    from.node.add_blocks(10);
    to.node.add_blocks(10);
    from.answer(account(2), oft::peers_call(30'109), word(account(4)));
    from.answer(account(1), chain::balance_of_call(account(5)), word(1'000'000'000));
    bridge_says(1, 1'000'000'000, 100'000'000, 100'000'000);
    fee_is(uint256::of(coin / 2));
    to.answer(account(4), layerzero::endpoint_call(), word(endpoint));
    stands({}, 6);
    plasma = nodes(from);
    polygon = nodes(to);
    plan = [this] { return chain::oft_uniswap_plan(settings, plasma, polygon); };
    restart();
  }

  /// quoteOFT's answer, without fee details.
  void bridge_says(std::uint64_t least, std::uint64_t most, std::uint64_t out,
                   std::uint64_t received) {
    from.answer(account(2), oft::quote_oft_call({}),
                chain::abi::encoder{}
                    .number(least)
                    .number(most)
                    .number(160)
                    .number(out)
                    .number(received)
                    .number(0)
                    .done());
  }
  void fee_is(const uint256& wei) {
    from.answer(account(2), oft::quote_send_call({}),
                chain::abi::encoder{}.word(wei.view()).number(0).done());
  }
  /// What the endpoint has of the message, whose nonce is 7: its payload's hash, and the last nonce
  /// that was executed.
  void stands(const hash256& payload, std::uint64_t executed) {
    to.answer(endpoint, layerzero::payload_hash_call({}),
              chain::abi::encoder{}.word(payload.view()).done());
    to.answer(endpoint, layerzero::executed_nonce_call({}), word(executed));
  }
  [[nodiscard]] std::uint64_t min_amount() const {
    // send(SendParam, ...): offset, fee, fee, refund; the tuple: eid, to, amount, minimum
    const auto& data = sent.back().call.data;
    const auto tuple = chain::abi::reader{byte_view{data}.subspan(4)}.tuple(0);
    return tuple ? tuple->number(3).value_or(0) : 0;
  }
  [[nodiscard]] byte_vector packet() const {
    byte_vector out{1};
    const auto put = [&out](std::uint64_t n, int size) {
      for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
    };
    const auto put_word = [&out](byte_view x) { out.insert(out.end(), x.begin(), x.end()); };
    put(7, 8);
    put(30'383, 4);
    put_word(chain::abi::word_of(account(2)).view());
    put(30'109, 4);
    put_word(chain::abi::word_of(account(4)).view());
    put_word(guid.view());
    put(42, 8);  // the message
    return out;
  }
  void send_message() {
    ASSERT_EQ(look().state, step_state::in_flight);
    ASSERT_EQ(sent.back().purpose, "bridge");
    const auto data =
        chain::abi::encoder{}.number(30'109).number(100'000'000).number(100'000'000).done();
    confirm({{account(2), {oft::sent_topic(), guid, chain::abi::word_of(account(5))}, data},
             {account(19),
              {chain::keccak256("PacketSent(bytes,bytes,address)")},
              chain::abi::encoder{}.bytes(packet()).bytes({}).account(address{}).done()}});
  }
  void arrives_in_block(std::uint64_t block, std::uint64_t amount = 100'000'000) {
    to.events.push_back({block,
                         account(4),
                         {oft::received_topic(), guid, chain::abi::word_of(account(5))},
                         chain::abi::encoder{}.number(30'383).number(amount).done(),
                         chain::keccak256("delivery")});
  }
  [[nodiscard]] std::ptrdiff_t deliveries() const {
    return std::count_if(sent.begin(), sent.end(),
                         [](const auto& x) { return x.purpose == "deliver"; });
  }
};

TEST(OftQuote, ReadsWhatTheBridgeWouldDoAsEthersWritesIt) {
  const auto& v = chain::test::load("bridges.json");
  EXPECT_EQ(to_0x(oft::quote_oft_call({30'109, BridgeHouse::account(5), 500'000'000, 500'000'000})),
            v.at("quote_oft_call").get<std::string>());
  const auto q = oft::read_transfer_quote(chain::test::bytes_of(v.at("quote_oft_return")));
  ASSERT_TRUE(q);
  EXPECT_EQ(q->least.to_u64(), 1U);
  EXPECT_EQ(q->most.to_u64(), 900'000'000U);
  EXPECT_EQ(q->sent.to_u64(), 500'000'000U);
  EXPECT_EQ(q->received.to_u64(), 499'999'995U);
  EXPECT_FALSE(oft::read_transfer_quote(byte_vector(128)));
}

TEST_F(OftRoute, WhatTheBridgePromisesIsTheLeastThatItIsSentFor) {
  bridge_says(1, 1'000'000'000, 100'000'000, 99'990'000);
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(min_amount(), 99'990'000U);
}

TEST_F(OftRoute, ABridgeThatTakesOrBringsLessIsWaitedFor) {
  struct row {
    std::uint64_t least, most, out, received;
  };
  for (const auto& r : {row{1, 99'999'999, 100'000'000, 100'000'000},  // paused, or a limit
                        row{100'000'001, 1'000'000'000, 100'000'000, 100'000'000},
                        row{1, 1'000'000'000, 99'000'000, 99'000'000},      // the credit of a path
                        row{1, 1'000'000'000, 100'000'000, 99'849'999}}) {  // a fee
    bridge_says(r.least, r.most, r.out, r.received);
    const auto p = look();
    EXPECT_EQ(p.state, step_state::held) << p.detail;
    EXPECT_TRUE(says(p, "waits: the bridge ")) << p.detail;
    EXPECT_NE(quoted(100_usdc).refusal, "");
  }
  EXPECT_TRUE(sent.empty());
}

TEST_F(OftRoute, ADearFeeIsAnAlertLongBeforeItStops) {
  fee_is(uint256::of(uint128{4} * coin));
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_TRUE(dir.gauges.alerts().lasts("route.bridge_fee", "oft"));
  fee_is(uint256::of(coin));
  step.conversion = conversion_id::from_digest(chain::keccak256("another"));
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_FALSE(dir.gauges.alerts().lasts("route.bridge_fee", "oft"));
  fee_is(uint256::of(uint128{26} * coin));
  step.conversion = conversion_id::from_digest(chain::keccak256("a third"));
  EXPECT_TRUE(says(look(), "the bridge asks for more than max_bridge_fee"));
}

TEST_F(OftRoute, SentVerifiedExecutedFinalOverRestarts) {
  send_message();
  EXPECT_TRUE(says(look_thrice(), "sent: waits for delivery"));
  look();
  pass(settings.rescue_after / 2);
  stands(chain::keccak256("payload"), 6);
  EXPECT_TRUE(says(look(), "verified: waits for delivery, not executed"));
  arrives_in_block(to.head());
  EXPECT_TRUE(says(look_thrice(), "executed: not final yet"));
  to.node.add_blocks(2);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_TRUE(says(p, "note=final"));
  EXPECT_EQ(p.amount_out, 100_usdc);
  EXPECT_EQ(deliveries(), 0);
}

TEST_F(OftRoute, AVerifiedMessageThatNobodyExecutesIsExecutedOnceByUs) {
  send_message();
  look();
  pass(settings.rescue_after);
  stands(chain::keccak256("payload"), 6);
  look();
  EXPECT_EQ(deliveries(), 0) << "it has just been seen verified";
  pass(settings.rescue_after);
  EXPECT_TRUE(says(look(), "verified: executes the delivery"));
  EXPECT_EQ(deliveries(), 1);
  EXPECT_EQ(sent.back().call.to, endpoint);
  pass(settings.rescue_after);
  look_thrice();
  EXPECT_EQ(deliveries(), 1);
  last_operation().state = operation_state::reverted;
  pass(settings.rescue_after);
  for (int i = 0; i < 3; ++i) look();
  EXPECT_EQ(deliveries(), 1) << "once for each message";
}

TEST_F(OftRoute, AnOperatorsWordExecutesItAtOnce) {
  send_message();
  look();
  stands(chain::keccak256("payload"), 6);
  const auto p = ask<step_progress>(actors::rescue_step{step});
  ASSERT_TRUE(p);
  EXPECT_EQ(p->state, step_state::in_flight);
  EXPECT_EQ(deliveries(), 1);
}

TEST_F(OftRoute, AMessageUnverifiedPastTwiceItsTimeStopsTheRouteAndIsNamed) {
  send_message();
  look();
  pass(settings.verified_within() - std::chrono::seconds{1});
  look();
  EXPECT_TRUE(flight().readable);
  pass(std::chrono::seconds{1});
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << "its money is not lost: " << p.detail;
  auto f = flight();
  EXPECT_FALSE(f.readable);
  EXPECT_NE(f.problem.find(guid.hex()), std::string::npos) << f.problem;
  EXPECT_TRUE(dir.gauges.alerts().lasts("route.unverified", guid.hex()));

  restart();  // the time that it was sent is on record
  look();
  pass(settings.rescue_after / 2);
  look();
  EXPECT_FALSE(flight().readable);

  stands(chain::keccak256("payload"), 6);
  look();
  EXPECT_TRUE(flight().readable);
  EXPECT_FALSE(dir.gauges.alerts().lasts("route.unverified", guid.hex()));
}

/// No payload hash and a later nonce: it was executed, whatever the logs show yet.
TEST_F(OftRoute, AnExecutedMessageWhoseEventIsNotSeenStopsNothing) {
  send_message();
  look();
  pass(settings.verified_within());
  stands({}, 7);
  EXPECT_TRUE(says(look(), "executed: not seen yet"));
  EXPECT_TRUE(flight().readable);
}

TEST_F(OftRoute, ASilentWalletHoldsUpNoArrival) {
  send_message();
  look();
  pass(settings.rescue_after);
  mute = on_polygon(settings);
  EXPECT_TRUE(says(look(), "sent: waits for delivery")) << "who could execute it is silent";
  mute = on_plasma(settings);
  EXPECT_TRUE(says(look(), "sent: waits for delivery")) << "its sending is on record";
  arrives_in_block(to.head());
  to.node.add_blocks(2);
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(OftRoute, AnArrivalThatIsNotWhatWasSentIsUnreadable) {
  send_message();
  to.events.push_back({to.head(),
                       account(4),
                       {oft::received_topic(), guid, chain::abi::word_of(account(8))},
                       chain::abi::encoder{}.number(30'383).number(1).done(),
                       chain::keccak256("elsewhere")});
  EXPECT_EQ(look_thrice().state, step_state::unreadable);
}

TEST_F(OftRoute, OpenTransactionsOfItsOwnCountAsMovesUntilTheirStepsAreLookedAt) {
  chain_operation row;
  row.id = chain::operation_of(step, "send");
  row.chain_id = 9745;
  row.account = account(5);
  row.purpose = "bridge";
  books.put(row);
  EXPECT_EQ(flight().moves, 1U) << "nobody has asked for the step since the start";
  look();
  EXPECT_EQ(flight().moves, 1U) << "the same one";
  EXPECT_EQ(flight().amount, 100_usdc);
  row.id = chain::operation_of(step, "another");
  row.purpose = "withdraw";
  books.put(row);
  EXPECT_EQ(flight().moves, 1U) << "the account is not the route's alone";
}

}  // namespace
}  // namespace headroom::test
