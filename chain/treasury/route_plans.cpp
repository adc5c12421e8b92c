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

}  // namespace

route_plan across_uniswap_plan(const across_settings& a, const oft_uniswap_settings& s,
                               const rpc_actor& plasma, const rpc_actor& polygon,
                               const across_door& door) {
  route_plan out;
  out.name = across_uniswap_name;
  out.from = {s.plasma.chain_id, s.plasma.usdt0};
  out.expected_seconds = a.expected_seconds;
  out.legs.push_back(std::make_shared<across_leg>(
      a, pair_from_plasma(a, s, plasma, polygon, s.polygon.usdt0), door));
  out.legs.push_back(make_polygon_swap(s, polygon));
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
  route_plan out;
  out.name = cctp_base_name;
  out.from = {r.base.chain_id, r.base_usdc};
  out.expected_seconds = c.expected_seconds;
  cctp_pair pair{r.base, r.polygon, c.base_domain, c.polygon_domain, r.base_usdc};
  out.legs.push_back(std::make_shared<cctp_leg>(c, std::move(pair), iris));
  return out;
}

}  // namespace headroom::chain
