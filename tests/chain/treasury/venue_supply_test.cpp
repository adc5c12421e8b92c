#include "chain/treasury/venue_supply.hpp"

#include "actors/alerts.hpp"
#include "chain/treasury/swap_leg.hpp"
#include "chain/treasury/uniswap_v3.hpp"
#include "chain/treasury/uniswap_venue.hpp"
#include "tests/chain/treasury/bridge_house.hpp"
#include "tests/support/memory_books.hpp"

/// The venue's account is kept supplied from where conversions end: one move at a time, by the
/// outbox, over restarts.
namespace headroom::test {
namespace {

using chain::plan_supply;
using chain::supply_act;
using chain::supply_plan;
using chain::supply_view;

chain::venue_supply_settings marks() {
  chain::venue_supply_settings s;
  s.low = 500_usdc;
  s.target = 1'000_usdc;
  s.keep = 100_usdc;
  return s;
}

TEST(SupplyPlan, NothingMovesAboveTheLowMarkOrWhenItIsOff) {
  EXPECT_EQ(plan_supply({500_usdc, 900_usdc, 900_usdc}, marks(), true), supply_plan{});
  EXPECT_EQ(plan_supply({0_usdc, 900_usdc, 900_usdc}, {}, true), supply_plan{});
}

TEST(SupplyPlan, WhatLacksIsSwappedFirstThenAllOfItIsSent) {
  EXPECT_EQ(plan_supply({400_usdc, 50_usdc, 5'000_usdc}, marks(), true),
            (supply_plan{supply_act::swap, 550_usdc, {}}));
  EXPECT_EQ(plan_supply({400_usdc, 599_usdc, 5'000_usdc}, marks(), true),
            (supply_plan{supply_act::transfer, 599_usdc, {}}))
      << "the rest is too small to be swapped";
  EXPECT_EQ(plan_supply({400_usdc, 5'000_usdc, 0_usdc}, marks(), true),
            (supply_plan{supply_act::transfer, 600_usdc, {}}));
}

TEST(SupplyPlan, WhatIsKeptForWithdrawalsStays) {
  EXPECT_EQ(plan_supply({400_usdc, 0_usdc, 300_usdc}, marks(), true),
            (supply_plan{supply_act::swap, 200_usdc, {}}));
  EXPECT_EQ(plan_supply({400_usdc, 0_usdc, 105_usdc}, marks(), true),
            (supply_plan{supply_act::nothing, {}, 95_usdc}));
  EXPECT_EQ(plan_supply({400_usdc, 300_usdc, 0_usdc}, marks(), false),
            (supply_plan{supply_act::transfer, 200_usdc, {}}))
      << "of USDC.e where conversions bring that";
}

/// The outbox, and what the books say of money.
struct supply_reader final : memory_reader {
  using memory_reader::memory_reader;
  trial_balance books_say;
  std::optional<trial_balance> trial() override { return books_say; }
};

struct VenueSupply : BridgeHouse {
  memory_books memory;
  supply_reader ledger{memory};
  const address wallet = account(5);
  const address bets = account(6);
  const address usdc_token = account(1);
  const address usdc_e = account(2);
  const address pusd = account(3);
  const address quoter = account(20);
  const address router = account(21);
  std::map<std::pair<address, address>, std::uint64_t> balances;  // by token and owner, in dollars
  std::optional<std::uint64_t> final_money;  // USDC of the wallet; not set: all of it is final
  chain::rpc_actor node;
  chain::venue_supply_actor supply;

  VenueSupply() {
    std::uint8_t n = 0;
    w = std::make_shared<actors::world>(
        actors::world{dir,
                      [this] { return now; },
                      [n]() mutable { return chain::keccak256("random " + std::to_string(n++)); },
                      {}});
    to.node.add_blocks(10);
    const auto others = to.node.quirk;
    to.node.quirk = [this, others](
                        std::uint32_t i,
                        const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
      const auto balance = to_hex(byte_view{chain::balance_of_call(bets)}.first(4));
      if (x.method != "eth_call" || to.silent) return others(i, x);
      const auto data = x.params.at(0).at("data").get<std::string>();
      if (data.substr(2, 8) != balance) return others(i, x);
      const auto token = *address::parse(x.params.at(0).at("to").get<std::string>());
      const auto owner = *address::parse(data.substr(data.size() - 40));
      auto dollars = balances[{token, owner}];
      if (final_money && token == usdc_token && owner == wallet && x.params.at(1) != "latest")
        dollars = *final_money;
      return fake_node::ok(to_0x(word(dollars * 1'000'000)));
    };
    to.answer(quoter, chain::uniswap_v3::quote_call({}), word(599'900'000));
    to.answer(usdc_token, chain::allowance_call(wallet, router), word(UINT64_MAX));
    add_wallet({137, wallet});
    dir.handles.set(own(sys.spawn(actors::query_behavior, &ledger)));
    node = nodes(to);
    balances[{pusd, bets}] = 300;
    balances[{usdc_e, bets}] = 100;
    balances[{usdc_token, wallet}] = 5'000;
    start();
  }
  ~VenueSupply() override { caf::anon_send_exit(supply, caf::exit_reason::kill); }

  [[nodiscard]] chain::route_plan swap_plan() const {
    chain::swap_terms t;
    t.chain = {"Polygon", 137, wallet, {2, final_by::confirmations}, {}, node};
    t.token_in = usdc_token;
    t.token_in_name = "USDC";
    t.token_out = usdc_e;
    t.purpose = chain::supply_swap_purpose;
    chain::route_plan p;
    p.name = "supply_swap";
    p.legs.push_back(std::make_shared<chain::swap_leg>(
        t, std::vector<std::shared_ptr<chain::swap_venue>>{
               std::make_shared<chain::uniswap_venue>(quoter, router, 100U, node)}));
    return p;
  }
  void start() {
    if (supply) caf::anon_send_exit(supply, caf::exit_reason::kill);
    sched.run();
    chain::supply_places at;
    at.chain = {"Polygon", 137, wallet, {2, final_by::confirmations}, {}, node};
    at.venue_account = bets;
    at.collateral = pusd;
    at.usdc = usdc_token;
    at.usdc_e = usdc_e;
    supply = sys.spawn(chain::venue_supply_behavior, w, marks(), at, swap_plan());
    sched.run();
  }
  /// Longer than it rests when all is well, look by look.
  void wait() {
    for (int i = 0; i < 35; ++i) pass(std::chrono::seconds{2});
  }
  /// The outbox as the database has it, which is what a restart finds.
  void store_last() {
    chain_operation row;
    row.id = sent.back().id;
    row.chain_id = 137;
    row.account = wallet;
    row.purpose = sent.back().purpose;
    bool replayed = false;
    ASSERT_EQ(memory.operations.record({{row}}, replayed), errc::none);
  }
  void swap_ends() {
    confirm({{usdc_e,
              {chain::transfer_topic(), chain::abi::word_of(router), chain::abi::word_of(wallet)},
              word(599'800'000)}});
    balances[{usdc_token, wallet}] = 4'400;
    balances[{usdc_e, wallet}] = 600;
  }
  [[nodiscard]] bool lasts(std::string_view kind) {
    return dir.gauges.alerts().lasts(kind, bets.hex());
  }
};

TEST_F(VenueSupply, UsdcIsSwappedAndSentOneMoveAfterTheOther) {
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].purpose, "supply_swap");
  EXPECT_EQ(sent[0].call.to, router);
  wait();
  EXPECT_EQ(sent.size(), 1U) << "it is not final yet";
  swap_ends();
  wait();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[1].purpose, "supply");
  EXPECT_EQ(sent[1].call.to, usdc_e);
  EXPECT_EQ(
      sent[1].call.data,
      chain::abi::encoder{"transfer(address,uint256)"}.account(bets).number(600'000'000).done());
  wait();
  EXPECT_EQ(sent.size(), 2U);
  confirm({}, to.head());
  balances[{usdc_e, wallet}] = 0;
  balances[{usdc_e, bets}] = 700;
  wait();
  wait();
  EXPECT_EQ(sent.size(), 2U) << "it is at its target";
}

/// It is what somebody has paid with, and their conversion ends only while it is there.
TEST_F(VenueSupply, WhatDirectConversionsArePaidWithStays) {
  operations.clear();
  sent.clear();
  ledger.books_say.waits_here = 3'000_usdc;
  moving_money running;
  running.amount = 1'950_usdc;
  running.where = money_place::beside;
  ledger.books_say.moving = {running};
  start();
  EXPECT_TRUE(sent.empty()) << "5,000 less 4,950, less 100 that are kept";
  EXPECT_TRUE(lasts(chain::supply_alert::shortage));
  ledger.books_say.moving[0].where = money_place::under_way;
  wait();
  EXPECT_EQ(sent.size(), 1U) << "it is on other chains";
  EXPECT_FALSE(lasts(chain::supply_alert::shortage));
}

/// A payment in a block that may go away yet is nobody's to spend.
TEST_F(VenueSupply, OnlyFinalMoneyIsMoved) {
  operations.clear();
  sent.clear();
  final_money = 100;
  start();
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(lasts(chain::supply_alert::shortage));
  final_money.reset();
  wait();
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(VenueSupply, AfterARestartAMoveUnderWayIsWaitedForAndNotMadeAgain) {
  store_last();
  start();
  wait();
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(VenueSupply, AViewFromBeforeTheLastMoveIsNotBelieved) {
  swap_ends();
  wait();
  ASSERT_EQ(sent.size(), 2U);
  confirm({}, to.head() + 5);
  wait();
  wait();
  EXPECT_EQ(sent.size(), 2U) << "the node still shows the money where it was";
  to.node.add_blocks(5);
  wait();
  EXPECT_EQ(sent.size(), 3U) << "and now it is believed that it is there again";
}

TEST_F(VenueSupply, ATransferInDoubtIsAnAlertAndNothingFollowsIt) {
  swap_ends();
  wait();
  last_operation().state = operation_state::in_doubt;
  wait();
  wait();
  EXPECT_EQ(sent.size(), 2U);
  EXPECT_TRUE(lasts(chain::supply_alert::stuck));
  confirm({}, to.head());
  balances[{usdc_e, bets}] = 700;
  wait();
  wait();
  EXPECT_FALSE(lasts(chain::supply_alert::stuck));
}

TEST_F(VenueSupply, WhatIsNotSentMovesNothingAndIsTriedAgain) {
  swap_ends();
  wallet_says_no = make_error(errc::unavailable, "no gas");
  wait();
  wait();
  EXPECT_EQ(sent.size(), 1U);
  wallet_says_no = {};
  wait();
  EXPECT_EQ(sent.size(), 2U);
}

TEST_F(VenueSupply, WithNothingToMoveItIsShort) {
  operations.clear();
  sent.clear();
  balances[{usdc_token, wallet}] = 100;
  start();
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(lasts(chain::supply_alert::shortage));
  to.silent = true;
  wait();
  EXPECT_TRUE(lasts(chain::supply_alert::shortage)) << "silence clears nothing";
  to.silent = false;
  balances[{pusd, bets}] = 900;
  wait();
  EXPECT_FALSE(lasts(chain::supply_alert::shortage));
}

}  // namespace
}  // namespace headroom::test
