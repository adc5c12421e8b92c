#pragma once

#include "chain/treasury/legged_route.hpp"
#include "chain/treasury/oft_uniswap_settings.hpp"
#include "chain/treasury/oneinch_venue.hpp"
#include "chain/treasury/swap_leg.hpp"

namespace headroom::chain {

/// The route's name, as conversions store it.
inline constexpr const char* oft_uniswap_name = "oft_uniswap";

[[nodiscard]] inline actors::wallet_account on_plasma(const oft_uniswap_settings& s) {
  return {s.plasma.chain_id, s.plasma_wallet};
}
[[nodiscard]] inline actors::wallet_account on_polygon(const oft_uniswap_settings& s) {
  return {s.polygon.chain_id, s.polygon_wallet};
}

/// USDT0 to USDC on Polygon, at the best of the venues: the last leg of every route that brings
/// USDT0 there. The one place to add a venue.
/// @param oneinch  empty where there is no key for it.
[[nodiscard]] leg_ptr make_polygon_swap(const oft_uniswap_settings& s, rpc_actor polygon,
                                        std::shared_ptr<oneinch_door> oneinch = {});

/// USDC on Polygon to `usdc_e` there, likewise: what the venue's account is supplied with.
[[nodiscard]] route_plan supply_swap_plan(const oft_uniswap_settings& s, const address& usdc_e,
                                          rpc_actor polygon,
                                          std::shared_ptr<oneinch_door> oneinch = {});

/// USDT0 on Plasma -> LayerZero OFT ("bridge") -> USDT0 on Polygon -> swap ("swap") -> USDC.
[[nodiscard]] route_plan oft_uniswap_plan(const oft_uniswap_settings& s, rpc_actor plasma,
                                          rpc_actor polygon,
                                          std::shared_ptr<oneinch_door> oneinch = {});
actors::route_actor::behavior_type oft_uniswap_behavior(legged_route_self self, actors::world_ptr w,
                                                        oft_uniswap_settings settings,
                                                        rpc_actor plasma, rpc_actor polygon);

}  // namespace headroom::chain
