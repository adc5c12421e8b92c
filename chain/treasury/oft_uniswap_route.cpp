#include "chain/treasury/oft_uniswap_route.hpp"

#include "chain/treasury/oft_leg.hpp"
#include "chain/treasury/uniswap_venue.hpp"

namespace headroom::chain {

leg_ptr make_polygon_swap(const oft_uniswap_settings& s, rpc_actor polygon,
                          std::shared_ptr<oneinch_door> oneinch) {
  swap_terms t;
  t.chain = destination_of(s, polygon);
  t.token_in = s.polygon.usdt0;
  t.token_in_name = "USDT0";
  t.token_out = s.usdc;
  t.slippage_bps = s.slippage_bps;
  t.least_bps = s.least_bps;
  t.deadline = s.swap_deadline;
  std::vector<std::shared_ptr<swap_venue>> venues;
  venues.push_back(
      std::make_shared<uniswap_venue>(s.quoter, s.router, s.pool_fee, std::move(polygon)));
  if (oneinch)
    venues.push_back(std::make_shared<oneinch_venue>(std::move(oneinch), s.slippage_bps));
  return std::make_shared<swap_leg>(std::move(t), std::move(venues));
}

route_plan oft_uniswap_plan(const oft_uniswap_settings& s, rpc_actor plasma, rpc_actor polygon,
                            std::shared_ptr<oneinch_door> oneinch) {
  route_plan out;
  out.name = oft_uniswap_name;
  out.from = {s.plasma.chain_id, s.plasma.usdt0};
  out.expected_seconds = s.expected_seconds;
  out.legs.push_back(std::make_shared<oft_leg>(s, std::move(plasma), polygon));
  out.legs.push_back(make_polygon_swap(s, std::move(polygon), std::move(oneinch)));
  return out;
}

actors::route_actor::behavior_type oft_uniswap_behavior(legged_route_self self, actors::world_ptr w,
                                                        oft_uniswap_settings settings,
                                                        rpc_actor plasma, rpc_actor polygon) {
  return legged_route_behavior(self, std::move(w),
                               oft_uniswap_plan(settings, std::move(plasma), std::move(polygon)));
}

}  // namespace headroom::chain
