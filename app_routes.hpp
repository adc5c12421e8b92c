#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/treasury/legged_route.hpp"
#include "chain/treasury/venue_supply.hpp"
#include "config/settings.hpp"

/// Which routes there are, by the settings: their wiring, apart from the rest.
namespace headroom {

/// How the routes reach the outside. Base's nodes are there when Base is configured.
struct route_doors {
  chain::rpc_actor plasma;
  chain::rpc_actor polygon;
  chain::rpc_actor base{};
  chain::http_actor across;
  std::string across_key;
  chain::http_actor iris;
  std::shared_ptr<chain::oneinch_door> oneinch{};  // empty where there is no key for it
};

/// Ours: who sends from each chain that is paid on, and who gets it on Polygon.
struct route_wallets {
  address plasma;
  address polygon;
  address base;
};

struct wired_route {
  std::string component;                    // what the guardian calls it
  std::string name;                         // as conversions store it
  std::function<chain::route_plan()> plan;  // fresh legs for each start
};

/// The first route's settings with what the chains' have of it; every other route shares them.
[[nodiscard]] chain::oft_uniswap_settings first_route(const config::settings& s,
                                                      const route_wallets& wallets);

[[nodiscard]] std::vector<wired_route> routes_of(const config::settings& s,
                                                 const route_wallets& wallets,
                                                 const route_doors& doors);

/// Where conversions are to end in pUSD on the account that bets: it is their last step.
void end_at_venue(std::vector<wired_route>& routes, const config::settings& s,
                  const route_wallets& wallets, const address& venue_account,
                  const route_doors& doors);

/// What keeps the venue's account supplied.
struct wired_supply {
  chain::supply_places at;
  std::function<chain::route_plan()> swap;  // fresh for each start
};
/// Nothing where it is off, or where conversions already end on the account that bets.
[[nodiscard]] std::optional<wired_supply> supply_of(const config::settings& s,
                                                    const route_wallets& wallets,
                                                    const address& venue_account,
                                                    const route_doors& doors);

}  // namespace headroom
