#include "actors/alerts.hpp"
#include "chain/treasury/oft_leg.hpp"
#include "chain/treasury/route_plans.hpp"
#include "tests/chain/live/house.hpp"

namespace headroom::test {
namespace {

using actors::run_step;
using actors::step_progress;

/// 1inch's API and router as the sandbox doubles them, beside the real Uniswap; Stargate's pools.
struct SwapsOnAnvil : House {
  std::shared_ptr<const chain::private_key> key;
  chain::oft_uniswap_settings first;
  std::shared_ptr<chain::oneinch_door> oneinch;
  std::function<chain::route_plan()> plan;
  actors::route_actor route;

  void SetUp() override {
    House::SetUp();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(sandbox["doubles"].is_object());
    key = fresh_key();
    rpc("base", "anvil_setBalance", {key->address_of().hex(), "0xde0b6b3a7640000"});
    mint("polygon", "usdt0", key->address_of(), 1'000);
    mint("base", "usdc", key->address_of(), 1'000);
    for (const auto* chain : {"polygon", "base"})
      start_wallet(chain, key, wallet_settings_of(chain));
    const auto& p = sandbox["polygon"];
    first.polygon = {p["chain_id"], p["eid"], at(p["usdt0"]), at(p["oft"]), {1, final_by::either}};
    first.polygon_wallet = key->address_of();
    first.usdc = at(p["usdc"]);
    first.quoter = at(p["quoter"]);
    first.router = at(p["swap_router"]);
    first.pool_fee = p["pool_fee"];
    const auto& inch = sandbox["doubles"]["oneinch"];
    chain::oneinch_settings s;
    s.api_url = inch["url"];
    s.router = at(inch["router"]);
    s.requests_per_second = 100;
    s.keep = std::chrono::milliseconds{0};
    oneinch = std::make_shared<chain::oneinch_door>(s, web(), inch["key"].get<std::string>());
    plan = [this] {
      chain::route_plan out;
      out.name = "swap";
      out.legs.push_back(chain::make_polygon_swap(first, nodes("polygon"), oneinch));
      return out;
    };
  }
  void TearDown() override {
    if (sandbox.is_object()) {
      control("/oneinch?mode=honest&quote_ppm=999900&market_ppm=999900");
      control("/stargate?mode=auto&pool=base_usdc&credit=5000000");
    }
    House::TearDown();
  }

  /// Until the step ends or `until` is seen, by a fresh actor every third time.
  step_progress drive(run_step& x, const std::string& until = "nothing") {
    step_progress p;
    int looks = 0;
    EXPECT_TRUE(eventually(
        [&] {
          if (looks++ % 3 == 0) route = own(sys.spawn(chain::legged_route_behavior, w, plan()));
          const auto r = ask<step_progress>(route, x);
          if (!r) return false;
          p = *r;
          if (p.state != step_state::unreadable) x.detail = p.detail;
          return p.state == step_state::done || p.state == step_state::failed ||
                 p.detail.find(until) != std::string::npos;
        },
        std::chrono::seconds{40}))
        << p.detail;
    return p;
  }
  run_step step() { return {conversion_id::from_digest(w->random()), 0, 0, 100_usdc, {}, {}}; }
};

TEST_F(SwapsOnAnvil, ABetterPriceOf1inchIsTaken) {
  control("/oneinch?quote_ppm=1000200&market_ppm=1000200");
  auto x = step();
  const auto p = drive(x);
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 100'020'000_micro) << "which the pool does not pay";
}

TEST_F(SwapsOnAnvil, WhateverItsCalldataWouldDoWronglyThePoolIsUsed) {
  for (const auto* mode : {"wrong_router", "wrong_receiver", "wrong_selector", "wrong_amount",
                           "low_minimum", "value", "other_token", "partial_fill", "wrong_from"}) {
    control(std::string{"/oneinch?quote_ppm=1000200&market_ppm=1000200&mode="} + mode);
    auto x = step();
    const auto p = drive(x);
    EXPECT_EQ(p.state, step_state::done) << mode << ": " << p.detail;
    EXPECT_LT(p.amount_out, 100_usdc) << mode;
    EXPECT_TRUE(dir.gauges.alerts().lasts("route.unsafe_calldata", "1inch")) << mode;
  }
}

TEST_F(SwapsOnAnvil, APromiseThatItsRouterDoesNotKeepIsNotPaidFor) {
  control("/oneinch?quote_ppm=1000200&market_ppm=900000");
  auto x = step();
  const auto p = drive(x);
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_GT(p.amount_out, 99_usdc) << "the call would revert: the pool is used";
}

TEST_F(SwapsOnAnvil, StargateWaitsForCreditAndThenBringsIt) {
  chain::stargate_settings g;
  const auto& pools = sandbox["doubles"]["stargate"];
  g.pool_base = at(pools["base_usdc_pool"]);
  g.pool_polygon_usdc = at(pools["polygon_usdc_pool"]);
  g.polygon_eid = sandbox["polygon"]["eid"];
  plan = [this, g] {
    const auto& base = sandbox["base"];
    return chain::stargate_base_plan(
        g, {{"Base", base["chain_id"], key->address_of(), {1, final_by::either}, {}, nodes("base")},
            at(base["usdc"]),
            chain::destination_of(first, nodes("polygon")),
            first.usdc});
  };
  control("/stargate?pool=base_usdc&credit=0");
  auto x = step();
  drive(x, "credit on this path is used up");
  control("/stargate?pool=base_usdc&credit=5000000");
  const auto p = drive(x);
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'990'000_micro);
  EXPECT_EQ(balance("polygon", first.usdc, key->address_of()), 99'990'000);
}

}  // namespace
}  // namespace headroom::test
