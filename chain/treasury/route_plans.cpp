#include "chain/treasury/route_plans.hpp"

#include "chain/treasury/oft_leg.hpp"

namespace headroom::chain {
namespace {

across_pair pair_from_plasma(const across_settings& a, const oft_uniswap_settings& s,
                             const rpc_actor& plasma, const rpc_actor& polygon,
                             const address& output_token) {
  return {source_of(s, plasma), destination_of(s, polygon),
          a.contracts.plasma,   a.contracts.polygon,
          s.plasma.usdt0,       "USDT0",
          output_token};
}

route_plan by_cctp(const char* name, const cctp_settings& c, cctp_pair pair,
                   const http_actor& iris) {
  route_plan out;
  out.name = name;
  out.from = {pair.from.chain_id, pair.token};
  out.expected_seconds = c.expected_seconds;
  out.legs.push_back(std::make_shared<cctp_leg>(c, std::move(pair), iris));
  return out;
}

route_plan by_stargate(const char* name, const stargate_settings& g, stargate_pair pair) {
  route_plan out;
  out.name = name;
  out.from = {pair.from.chain_id, pair.token};
  out.expected_seconds = g.expected_seconds;
  if (pair.pool.is_zero()) out.disabled = no_pool(pair);
  out.legs.push_back(std::make_shared<stargate_leg>(g, std::move(pair)));
  return out;
}

}  // namespace

route_plan across_uniswap_plan(const across_settings& a, const oft_uniswap_settings& s,
                               const rpc_actor& plasma, const rpc_actor& polygon,
                               const across_door& door, std::shared_ptr<oneinch_door> oneinch) {
  route_plan out;
  out.name = across_uniswap_name;
  out.from = {s.plasma.chain_id, s.plasma.usdt0};
  out.expected_seconds = a.expected_seconds;
  out.legs.push_back(std::make_shared<across_leg>(
      a, pair_from_plasma(a, s, plasma, polygon, s.polygon.usdt0), door));
  out.legs.push_back(make_polygon_swap(s, polygon, std::move(oneinch)));
  return out;
}

route_plan across_direct_plan(const across_settings& a, const oft_uniswap_settings& s,
                              const rpc_actor& plasma, const rpc_actor& polygon,
                              const across_door& door) {
  route_plan out;
  out.name = across_direct_name;
  out.from = {s.plasma.chain_id, s.plasma.usdt0};
  out.expected_seconds = a.expected_seconds;
  out.legs.push_back(
      std::make_shared<across_leg>(a, pair_from_plasma(a, s, plasma, polygon, s.usdc), door));
  return out;
}

route_plan okx_plan(const okx_settings& o, const oft_uniswap_settings& s, const rpc_actor& plasma,
                    const rpc_actor& polygon, const okx_door& door) {
  route_plan out;
  out.name = okx_name;
  out.from = {s.plasma.chain_id, s.plasma.usdt0};
  out.expected_seconds = o.expected_seconds;
  const auto desk = std::make_shared<okx_desk>();
  desk->settings = o;
  desk->pair = {source_of(s, plasma), destination_of(s, polygon), s.plasma.usdt0, s.usdc};
  desk->door = door;
  for (const auto part : {okx_leg::part::deposit, okx_leg::part::trade, okx_leg::part::withdraw})
    out.legs.push_back(std::make_shared<okx_leg>(desk, part));
  return out;
}

route_plan relay_plan(const relay_settings& r, const oft_uniswap_settings& s,
                      const rpc_actor& plasma, const rpc_actor& polygon, const http_actor& web) {
  route_plan out;
  out.name = relay_name;
  out.from = {s.plasma.chain_id, s.plasma.usdt0};
  out.expected_seconds = r.expected_seconds;
  relay_pair pair{source_of(s, plasma), destination_of(s, polygon), s.plasma.usdt0, "USDT0",
                  s.usdc};
  out.legs.push_back(std::make_shared<relay_leg>(r, std::move(pair), web));
  return out;
}

route_plan across_base_plan(const across_settings& a, const base_route& r,
                            const across_door& door) {
  route_plan out;
  out.name = across_base_name;
  out.from = {r.base.chain_id, r.base_usdc};
  out.expected_seconds = a.expected_seconds;
  across_pair pair{r.base,      r.polygon, a.contracts.base, a.contracts.polygon,
                   r.base_usdc, "USDC",    r.polygon_usdc};
  out.legs.push_back(std::make_shared<across_leg>(a, std::move(pair), door));
  return out;
}

route_plan cctp_base_plan(const cctp_settings& c, const base_route& r, const http_actor& iris) {
  return by_cctp(cctp_base_name, c,
                 {r.base, r.polygon, c.base_domain, c.polygon_domain, r.base_usdc, r.polygon_usdc},
                 iris);
}

route_plan cctp_plasma_plan(const cctp_settings& c, const oft_uniswap_settings& s,
                            const rpc_actor& plasma, const rpc_actor& polygon,
                            const http_actor& iris) {
  return by_cctp(cctp_plasma_name, c,
                 {source_of(s, plasma), destination_of(s, polygon), c.plasma_domain,
                  c.polygon_domain, c.plasma_usdc, s.usdc},
                 iris);
}

route_plan stargate_uniswap_plan(const stargate_settings& g, const oft_uniswap_settings& s,
                                 const rpc_actor& plasma, const rpc_actor& polygon,
                                 std::shared_ptr<oneinch_door> oneinch) {
  const uint128 wei_per_coin = 1'000'000'000'000'000'000;
  auto out = by_stargate(stargate_uniswap_name, g,
                         {source_of(s, plasma), destination_of(s, polygon), g.pool_plasma,
                          g.pool_polygon_usdt0, s.polygon.eid, s.plasma.usdt0, "USDT0",
                          s.max_bridge_fee * wei_per_coin, s.coin_price, s.polygon.usdt0});
  out.legs.push_back(make_polygon_swap(s, polygon, std::move(oneinch)));
  return out;
}

route_plan stargate_base_plan(const stargate_settings& g, const base_route& r) {
  return by_stargate(stargate_base_name, g,
                     {r.base, r.polygon, g.pool_base, g.pool_polygon_usdc, g.polygon_eid,
                      r.base_usdc, "USDC", g.max_fee_wei_base, g.coin_price_base, r.polygon_usdc});
}

}  // namespace headroom::chain
