#include "app_treasury.hpp"

#include <algorithm>

#include "actors/conversion_actor.hpp"
#include "app_rest_routes.hpp"
#include "app_routes.hpp"
#include "app_wallets.hpp"
#include "app_withdrawals.hpp"
#include "chain/treasury/audit_actor.hpp"
#include "chain/treasury/direct_route.hpp"

namespace headroom {
namespace {

/// `wallets` are our accounts, the one that converts first.
chain::audit_settings audit_of(const config::settings& s, std::vector<address> wallets,
                               const address& venue_account, bool has_float, const outside& nodes) {
  chain::audit_settings out;
  out.plasma_usdt0 = s.plasma.usdt0;
  out.polygon_usdt0 = s.polygon.usdt0;
  out.polygon_usdc = s.route.usdc;
  out.plasma_owner = out.polygon_owner = wallets.front();
  out.other_owners.assign(wallets.begin() + 1, wallets.end());
  out.collateral = s.collateral;
  out.collateral_owner = venue_account;
  // Where the keeper turns one into the other; once, when it is the buffer's own token.
  const auto& source = s.account.contracts.usdc_e;
  const bool is_wallet = std::find(wallets.begin(), wallets.end(), venue_account) != wallets.end();
  const bool counted = source == s.route.usdc && is_wallet;
  if (!s.collateral.is_zero() && !counted) out.collateral_source = source;
  // What goes to the venue's account comes by there; once, where conversions bring it.
  const bool supplies = s.supply.target.is_positive() && venue_account != wallets.front();
  if (supplies && !s.collateral.is_zero() && source != s.route.usdc) out.own_source = source;
  out.moves_between_accounts = supplies || s.route.wrap || has_float;
  for (const auto& x : other_sources(s))
    out.other_sources.push_back({nodes.nodes_of(x.network), x.token});
  return out;
}

}  // namespace

std::vector<config::source_setting> other_sources(const config::settings& s) {
  auto out = s.paid_sources();
  std::erase_if(out, [&](const auto& x) {
    if (x.network == "plasma") return x.token == s.plasma.usdt0;
    if (x.network != "polygon") return false;
    return x.token == s.polygon.usdt0 || x.token == s.route.usdc || x.token == s.collateral ||
           (x.token == s.account.contracts.usdc_e && !s.collateral.is_zero());
  });
  return out;
}

void add_treasury(household& house, const config::settings& s, const own_keys& keys,
                  const outside& out) {
  auto& sys = house.system();
  const auto w = house.world();
  const auto account = keys.conversion.account;
  const auto venue_account = betting_account(keys.venue).maker();
  auto& dir = w->dir;
  const route_wallets wallets{keys.plasma.account, account, keys.base.account};
  if (s.base.exists()) add_wallets(house, s.base, senders_on(s.base, "base", keys, out), out.base);
  route_doors doors{out.plasma, out.polygon, out.base, out.across, keys.across, out.iris};
  if (!keys.oneinch.empty())
    doors.oneinch = std::make_shared<chain::oneinch_door>(s.oneinch, out.oneinch, keys.oneinch);
  auto routes = routes_of(s, wallets, doors);
  add_rest_routes(routes, s, wallets, doors, out.rest, keys.rest);
  end_at_venue(routes, s, wallets, venue_account, doors);
  for (auto& route : routes)
    house.add_as<actors::route_actor>(
        route.component,
        [&sys, w, plan = route.plan] { return sys.spawn(chain::legged_route_behavior, w, plan()); },
        [&dir, name = route.name](const actors::route_actor& handle) {
          dir.handles.set_route(name, handle);
        });
  house.add_as<actors::route_actor>(
      "route.direct",
      [&sys, &s, &out, w, account] {
        return sys.spawn(
            chain::direct_behavior, w,
            chain::direct_settings{s.polygon.chain_id, s.route.usdc, account, s.polygon.finality},
            out.polygon);
      },
      [&dir](const actors::route_actor& handle) {
        dir.handles.set_route(chain::direct_route_name, handle);
      });
  if (auto supply = supply_of(s, wallets, venue_account, doors))
    house.add_as<chain::venue_supply_actor>(
        "venue_supply",
        [&sys, &s, w, supply = *supply] {
          return sys.spawn(chain::venue_supply_behavior, w, s.supply, supply.at, supply.swap());
        },
        [](const chain::venue_supply_actor&) {});  // nobody asks it
  house.add<actors::conversion_actor>(
      "conversion", [&sys, w] { return sys.spawn(actors::conversion_behavior, w); });
  add_withdrawals(house, s, keys, out);
  house.add<actors::audit_actor>("audit", [&sys, &s, &out, &keys, w, venue_account] {
    const bool has_float = float_of(s, keys, out).has_value();
    return sys.spawn(chain::audit_behavior, w,
                     audit_of(s, keys.accounts(), venue_account, has_float, out), out.plasma,
                     out.polygon);
  });
}

}  // namespace headroom
