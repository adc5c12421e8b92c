#include "chain/treasury/oft_uniswap_route.hpp"

#include "chain/treasury/oft_leg.hpp"
#include "chain/treasury/uniswap_venue.hpp"
#include "chain/treasury/venue_supply.hpp"

namespace headroom::chain {

namespace {

swap_terms terms_of(const oft_uniswap_settings& s, const rpc_actor& polygon) {
  swap_terms t;
  t.chain = destination_of(s, polygon);
  t.slippage_bps = s.slippage_bps;
  t.least_bps = s.least_bps;
  t.deadline = s.swap_deadline;
  return t;
}

leg_ptr at_the_best_venue(const oft_uniswap_settings& s, swap_terms t, rpc_actor polygon,
                          std::shared_ptr<oneinch_door> oneinch) {
  std::vector<std::shared_ptr<swap_venue>> venues;
  venues.push_back(
      std::make_shared<uniswap_venue>(s.quoter, s.router, s.pool_fee, std::move(polygon)));
  if (oneinch)
    venues.push_back(std::make_shared<oneinch_venue>(std::move(oneinch), s.slippage_bps));
  return std::make_shared<swap_leg>(std::move(t), std::move(venues));
}

}  // namespace

leg_ptr make_polygon_swap(const oft_uniswap_settings& s, rpc_actor polygon,
                          std::shared_ptr<oneinch_door> oneinch) {
  auto t = terms_of(s, polygon);
  t.token_in = s.polygon.usdt0;
  t.token_in_name = "USDT0";
  t.token_out = s.usdc;
  return at_the_best_venue(s, std::move(t), std::move(polygon), std::move(oneinch));
}

route_plan supply_swap_plan(const oft_uniswap_settings& s, const address& usdc_e, rpc_actor polygon,
                            std::shared_ptr<oneinch_door> oneinch) {
  auto t = terms_of(s, polygon);
  t.token_in = s.usdc;
  t.token_in_name = "USDC";
  t.token_out = usdc_e;
  t.purpose = supply_swap_purpose;
  route_plan out;
  out.name = "supply_swap";
  out.from = {s.polygon.chain_id, s.usdc};
  out.legs.push_back(at_the_best_venue(s, std::move(t), std::move(polygon), std::move(oneinch)));
  return out;
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
