#include "app_routes.hpp"

#include "chain/treasury/oft_leg.hpp"
#include "chain/treasury/route_plans.hpp"
#include "chain/treasury/wrap_leg.hpp"

namespace headroom {

chain::oft_uniswap_settings first_route(const config::settings& s, const route_wallets& wallets) {
  const auto leg = [](const config::chain_settings& c) {
    return chain::oft_chain{c.chain_id, c.eid, c.usdt0, c.oft, c.finality, c.logs};
  };
  auto out = s.route;
  out.plasma = leg(s.plasma);
  out.polygon = leg(s.polygon);
  out.plasma_wallet = wallets.plasma;
  out.polygon_wallet = wallets.polygon;
  return out;
}

namespace {

using chain::route_plan;

/// A cap that counted at the choice alone would let a step lose more: prices move in between.
template <class Settings>
Settings capped(const config::settings& s, const char* route, Settings x) {
  x.least_bps = s.least_of(route, x.least_bps);
  return x;
}
chain::cctp_settings capped(const config::settings& s, const char* route, chain::cctp_settings x) {
  constexpr std::uint32_t all = 10'000;  // it takes a fee, and nothing else
  x.max_fee_bps = all - s.least_of(route, all - x.max_fee_bps);
  return x;
}
chain::across_settings capped(const config::settings& s, const char* route,
                              chain::across_settings x) {
  x.guards.least_bps = s.least_of(route, x.guards.least_bps);
  return x;
}
chain::oft_uniswap_settings capped(const config::settings& s, const char* route,
                                   chain::oft_uniswap_settings x) {
  x.least_bps = s.least_of(route, x.least_bps);
  x.bridge_least_bps = s.least_of(route, x.bridge_least_bps);
  return x;
}

chain::base_route from_base(const config::settings& s, const route_wallets& wallets,
                            const route_doors& doors) {
  const auto& c = s.base;
  return {{"Base", c.chain_id, wallets.base, c.finality, c.logs, doors.base},
          c.usdc,
          chain::destination_of(first_route(s, wallets), doors.polygon),
          s.route.usdc};
}

}  // namespace

std::vector<wired_route> routes_of(const config::settings& s, const route_wallets& wallets,
                                   const route_doors& doors) {
  std::vector<wired_route> out;
  const auto first = first_route(s, wallets);
  const chain::across_door across{doors.across, doors.across_key};
  const auto add = [&out](const char* name, std::function<route_plan()> plan) {
    out.push_back({std::string{"route."} + name, name, std::move(plan)});
  };
  if (!s.route.router.is_zero()) {
    add(chain::oft_uniswap_name, [x = capped(s, chain::oft_uniswap_name, first), doors] {
      return chain::oft_uniswap_plan(x, doors.plasma, doors.polygon, doors.oneinch);
    });
    out.back().component = "route";
    add(chain::across_uniswap_name, [a = capped(s, chain::across_uniswap_name, s.across),
                                     x = capped(s, chain::across_uniswap_name, first), doors,
                                     across] {
      return chain::across_uniswap_plan(a, x, doors.plasma, doors.polygon, across, doors.oneinch);
    });
    add(chain::stargate_uniswap_name, [g = capped(s, chain::stargate_uniswap_name, s.stargate),
                                       x = capped(s, chain::stargate_uniswap_name, first), doors] {
      return chain::stargate_uniswap_plan(g, x, doors.plasma, doors.polygon, doors.oneinch);
    });
  }
  add(chain::across_direct_name,
      [a = capped(s, chain::across_direct_name, s.across), first, doors, across] {
        return chain::across_direct_plan(a, first, doors.plasma, doors.polygon, across);
      });
  if (!s.cctp.plasma_usdc.is_zero())
    add(chain::cctp_plasma_name, [c = capped(s, chain::cctp_plasma_name, s.cctp), first, doors] {
      return chain::cctp_plasma_plan(c, first, doors.plasma, doors.polygon, doors.iris);
    });
  if (!s.base.exists()) return out;
  const auto base = from_base(s, wallets, doors);
  add(chain::across_base_name, [a = capped(s, chain::across_base_name, s.across), base, across] {
    return chain::across_base_plan(a, base, across);
  });
  add(chain::cctp_base_name, [c = capped(s, chain::cctp_base_name, s.cctp), base,
                              iris = doors.iris] { return chain::cctp_base_plan(c, base, iris); });
  add(chain::stargate_base_name, [g = capped(s, chain::stargate_base_name, s.stargate), base] {
    return chain::stargate_base_plan(g, base);
  });
  return out;
}

void end_at_venue(std::vector<wired_route>& routes, const config::settings& s,
                  const route_wallets& wallets, const address& venue_account,
                  const route_doors& doors) {
  if (!s.route.wrap) return;
  chain::wrap_terms t;
  t.chain = chain::destination_of(first_route(s, wallets), doors.polygon);
  t.onramp = s.account.contracts.onramp;
  t.usdc_e = s.account.contracts.usdc_e;
  t.collateral = s.collateral;
  t.to = venue_account;
  for (auto& route : routes)
    route.plan = [t, plan = std::move(route.plan)] {
      auto out = plan();
      out.legs.push_back(std::make_shared<chain::wrap_leg>(t));
      return out;
    };
}

std::optional<wired_supply> supply_of(const config::settings& s, const route_wallets& wallets,
                                      const address& venue_account, const route_doors& doors) {
  const bool off = !s.supply.target.is_positive() || s.collateral.is_zero();
  if (off || venue_account == wallets.polygon || s.route.router.is_zero()) return std::nullopt;
  const auto first = first_route(s, wallets);
  const auto usdc_e = s.account.contracts.usdc_e;
  wired_supply out;
  out.at = {chain::destination_of(first, doors.polygon), venue_account, s.collateral, s.route.usdc,
            usdc_e};
  out.swap = [first, usdc_e, doors] {
    if (first.usdc == usdc_e) return chain::route_plan{};
    return chain::supply_swap_plan(first, usdc_e, doors.polygon, doors.oneinch);
  };
  return out;
}

}  // namespace headroom
