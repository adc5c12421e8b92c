#include <algorithm>

#include "chain/treasury/oft_leg.hpp"
#include "chain/treasury/route_plans.hpp"
#include "tests/chain/live/house.hpp"

namespace headroom::test {
namespace {

using actors::run_step;
using actors::step_progress;
using namespace std::chrono_literals;

/// Across' own SpokePools with a relayer that does as it is told, and CCTP's contracts with
/// attesters that do: from Plasma and from Base to Polygon.
struct BridgesOnAnvil : House {
  std::shared_ptr<const chain::private_key> key;
  chain::oft_uniswap_settings first;
  chain::across_settings across;
  chain::cctp_settings cctp;
  std::function<chain::route_plan()> plan;
  actors::route_actor route;
  conversion_id conversion;

  void SetUp() override {
    House::SetUp();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(sandbox["across"].is_object() && sandbox["cctp"].is_object());
    key = fresh_key();
    rpc("base", "anvil_setBalance", {key->address_of().hex(), "0xde0b6b3a7640000"});
    conversion = conversion_id::from_digest(w->random());
    mint("plasma", "usdt0", key->address_of(), 1'000);
    mint("base", "usdc", key->address_of(), 1'000);
    for (const auto* chain : {"plasma", "polygon", "base"})
      start_wallet(chain, key, wallet_settings_of(chain));
    const auto side = [&](const char* name) {
      const auto& c = sandbox[name];
      return chain::oft_chain{
          c["chain_id"], c["eid"], at(c["usdt0"]), at(c["oft"]), {1, final_by::either}};
    };
    first.plasma = side("plasma");
    first.polygon = side("polygon");
    first.plasma_wallet = first.polygon_wallet = key->address_of();
    first.usdc = at(sandbox["polygon"]["usdc"]);
    first.quoter = at(sandbox["polygon"]["quoter"]);
    first.router = at(sandbox["polygon"]["swap_router"]);
    first.pool_fee = sandbox["polygon"]["pool_fee"];
    across.api_url = sandbox["across"]["url"];
    across.integrator_id = sandbox["across"]["integrator_id"];
    across.contracts = {at(sandbox["plasma"]["spoke_pool"]), at(sandbox["polygon"]["spoke_pool"]),
                        at(sandbox["base"]["spoke_pool"])};
    across.output_tokens = {first.usdc.hex(), first.polygon.usdt0.hex()};
    across.refund_settle = 0ms;
    cctp.iris_url = sandbox["cctp"]["iris_url"];
    cctp.token_messenger = at(sandbox["base"]["token_messenger"]);
    cctp.message_transmitter = at(sandbox["base"]["message_transmitter"]);
  }
  void TearDown() override {
    if (sandbox.is_object()) {
      for (const auto* part : {"/across", "/across/api", "/cctp", "/cctp/iris"})
        control(std::string{part} + "?reset=1");
    }
    House::TearDown();
  }

  [[nodiscard]] chain::across_door door() {
    return {web(), sandbox["across"]["api_key"].get<std::string>()};
  }
  [[nodiscard]] chain::base_route from_base() {
    return {{"Base",
             sandbox["base"]["chain_id"],
             key->address_of(),
             {1, final_by::either},
             {},
             nodes("base")},
            at(sandbox["base"]["usdc"]),
            chain::destination_of(first, nodes("polygon")),
            first.usdc};
  }
  void start(std::function<chain::route_plan()> p) {
    plan = std::move(p);
    restart();
  }
  void restart() { route = own(sys.spawn(chain::legged_route_behavior, w, plan())); }
  void start_direct() {
    start([this] {
      return chain::across_direct_plan(across, first, nodes("plasma"), nodes("polygon"), door());
    });
  }
  void start_cctp() {
    start([this] { return chain::cctp_base_plan(cctp, from_base(), web()); });
  }

  run_step step(usdc amount, std::uint32_t index = 0) {
    return {conversion, index, 0, amount, {}, {}};
  }
  step_progress run(const run_step& x) {
    const auto r = ask<step_progress>(route, x);
    EXPECT_TRUE(r);
    return r ? *r : step_progress{};
  }
  /// Asks as the conversion actor does, of a fresh actor every third time, until the step ends or
  /// `until` is seen in its detail.
  step_progress drive(run_step& x, const std::string& until = "nothing") {
    step_progress p;
    int looks = 0;
    EXPECT_TRUE(eventually(
        [&] {
          if (++looks % 3 == 0) restart();
          p = run(x);
          if (p.state != step_state::unreadable) x.detail = p.detail;
          return p.state == step_state::done || p.state == step_state::failed ||
                 p.detail.find(until) != std::string::npos;
        },
        40s))
        << p.detail;
    return p;
  }
  std::int64_t usdc_of_ours() { return balance("polygon", first.usdc, key->address_of()); }
  [[nodiscard]] std::ptrdiff_t sent(const char* purpose) const {
    const auto all = books.all();
    return std::count_if(all.begin(), all.end(), [&](const auto& row) {
      return row.purpose == purpose && row.attempt == 0;
    });
  }
};

TEST_F(BridgesOnAnvil, AcrossAndASwapArriveWithTheEventsNumbers) {
  start([this] {
    return chain::across_uniswap_plan(across, first, nodes("plasma"), nodes("polygon"), door());
  });
  auto bridge = step(500_usdc);
  const auto bridged = drive(bridge);
  ASSERT_EQ(bridged.state, step_state::done) << bridged.detail;
  EXPECT_EQ(bridged.amount_out, 499'750'000_micro) << "5 bps";
  EXPECT_EQ(balance("polygon", first.polygon.usdt0, key->address_of()), 499'750'000);
  auto swap = step(bridged.amount_out, 1);
  const auto swapped = drive(swap);
  ASSERT_EQ(swapped.state, step_state::done) << swapped.detail;
  EXPECT_EQ(swapped.amount_out.micro, usdc_of_ours());
  EXPECT_EQ(sent("across"), 1);
  EXPECT_EQ(control("/across")["integrator_ids"].back(), across.integrator_id);
}

TEST_F(BridgesOnAnvil, EachKindOfFillIsTakenForWhatItPays) {
  start_direct();
  std::int64_t before = 0;
  for (const auto* mode : {"fill", "slow", "replace"}) {
    control(std::string{"/across?slow_bps=9990&mode="} + mode);
    conversion = conversion_id::from_digest(w->random());
    auto x = step(100_usdc);
    const auto p = drive(x);
    ASSERT_EQ(p.state, step_state::done) << mode << ": " << p.detail;
    EXPECT_EQ(p.amount_out.micro, usdc_of_ours() - before) << mode;
    before = usdc_of_ours();
  }
}

TEST_F(BridgesOnAnvil, WhatNobodyFillsComesBackAndIsTriedAgain) {
  across.fill_window = 4s;
  across.guards.fill_least = 1s;
  start_direct();
  control("/across?mode=never&refunds=asked");
  auto x = step(100_usdc);
  EXPECT_EQ(drive(x, "expired: waits for the refund").state, step_state::in_flight);
  EXPECT_EQ(balance("plasma", first.plasma.usdt0, key->address_of()), 900'000'000);
  control("/across?refund=1");
  const auto p = drive(x);
  ASSERT_EQ(p.state, step_state::failed) << p.detail;
  EXPECT_NE(p.detail.find("refunded: nobody filled it in time"), std::string::npos) << p.detail;
  EXPECT_EQ(balance("plasma", first.plasma.usdt0, key->address_of()), 1'000'000'000);
  control("/across?mode=fill");
  across.fill_window = 900s;
  start_direct();
  ++x.attempt;
  const auto again = drive(x);
  EXPECT_EQ(again.state, step_state::done) << again.detail;
  EXPECT_EQ(sent("across"), 2);
}

TEST_F(BridgesOnAnvil, ABadOfferOrABrokenApiHoldsItAndSendsNothing) {
  start_direct();
  auto x = step(100_usdc);
  // The first look gives the allowance, which the next one has.
  EXPECT_EQ(run(x).state, step_state::in_flight);
  for (const auto* wrong : {"output_bps=9984", "output_bps=10001",
                            "spoke_pool=0x0000000000000000000000000000000000000001"}) {
    control(std::string{"/across/api?output_bps=off&spoke_pool=off"});
    control(std::string{"/across/api?"} + wrong);
    const auto p = drive(x, "guard ");
    EXPECT_EQ(p.state, step_state::held) << p.detail;
  }
  control("/across/api?output_bps=off&spoke_pool=off");
  for (const auto* fault : {"429", "503", "drop"}) {
    control(std::string{"/across/api?fault="} + fault);
    EXPECT_EQ(drive(x, "waits: Across").state, step_state::held) << fault;
  }
  EXPECT_EQ(sent("across"), 0);
  control("/across/api?fault=none");
  EXPECT_EQ(drive(x).state, step_state::done);
  EXPECT_EQ(sent("across"), 1);
}

TEST_F(BridgesOnAnvil, UsdcOnBaseComesByAcrossAndByCircle) {
  start([this] { return chain::across_base_plan(across, from_base(), door()); });
  auto x = step(100_usdc);
  const auto by_across = drive(x);
  ASSERT_EQ(by_across.state, step_state::done) << by_across.detail;
  EXPECT_EQ(usdc_of_ours(), by_across.amount_out.micro);
  start_cctp();
  conversion = conversion_id::from_digest(w->random());
  x = step(200_usdc);
  const auto by_circle = drive(x);
  ASSERT_EQ(by_circle.state, step_state::done) << by_circle.detail;
  EXPECT_EQ(by_circle.amount_out, 200_usdc);
  EXPECT_EQ(usdc_of_ours(), by_across.amount_out.micro + 200'000'000);
  EXPECT_EQ(sent("burn"), 1);
  EXPECT_EQ(sent("receive"), 1);
}

TEST_F(BridgesOnAnvil, SomebodyElseMintingFirstIsSuccess) {
  control("/cctp?steal=1");
  start_cctp();
  auto x = step(50_usdc);
  const auto p = drive(x);
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(usdc_of_ours(), 50'000'000);
  EXPECT_EQ(sent("receive"), 0);
}

TEST_F(BridgesOnAnvil, ABurnWaitsForItsAttestationThroughEveryKindOfNo) {
  control("/cctp?mode=never");
  start_cctp();
  auto x = step(50_usdc);
  drive(x, "burned: waits for attestation");
  for (const auto* no : {"500", "pending", "empty", "404"}) {
    control(std::string{"/cctp/iris?unattested="} + no);
    EXPECT_EQ(run(x).state, step_state::in_flight) << no;
  }
  for (const auto* fault : {"429", "500", "drop"}) {
    control(std::string{"/cctp/iris?fault="} + fault);
    EXPECT_EQ(run(x).state, step_state::in_flight) << fault;
  }
  control("/cctp/iris?fault=none");
  control("/cctp?mode=auto");
  const auto p = drive(x);
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(sent("burn"), 1);
}

TEST_F(BridgesOnAnvil, AFastBurnThatExpiredIsSignedAnew) {
  cctp.fast = true;
  control("/cctp?expired=1");
  start_cctp();
  auto x = step(50_usdc);
  const auto p = drive(x);
  ASSERT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out.micro, usdc_of_ours());
}

}  // namespace
}  // namespace headroom::test
