#include "app_rest_routes.hpp"

#include "chain/treasury/route_plans.hpp"

namespace headroom {

std::optional<rest_keys> read_rest_keys(const config::settings& s, std::string& error) {
  rest_keys out;
  if (!s.okx.enabled) return out;
  struct named {
    const config::key_source& source;
    std::string& to;
  };
  for (const auto& [source, to] :
       {named{s.okx_key, out.okx.key}, named{s.okx_secret, out.okx.secret},
        named{s.okx_passphrase, out.okx.passphrase}}) {
    const auto text = config::read_secret(source, error);
    if (!text) return std::nullopt;
    to = *text;
  }
  return out;
}

void add_rest_routes(std::vector<wired_route>& to, const config::settings& s,
                     const route_wallets& wallets, const route_doors& doors, const rest_doors& rest,
                     const rest_keys& keys) {
  const auto first = first_route(s, wallets);
  const auto add = [&to](const char* name, std::function<chain::route_plan()> plan) {
    to.push_back({std::string{"route."} + name, name, std::move(plan)});
  };
  // An operator's cap on a route's slippage binds its steps too.
  if (s.okx.enabled) {
    auto okx = s.okx;
    okx.least_bps = s.least_of(chain::okx_name, okx.least_bps);
    add(chain::okx_name, [okx, first, doors, door = chain::okx_door{rest.okx, keys.okx}] {
      return chain::okx_plan(okx, first, doors.plasma, doors.polygon, door);
    });
  }
  if (s.relay.enabled) {
    auto relay = s.relay;
    relay.least_bps = s.least_of(chain::relay_name, relay.least_bps);
    add(chain::relay_name, [relay, first, doors, web = rest.relay] {
      return chain::relay_plan(relay, first, doors.plasma, doors.polygon, web);
    });
  }
}

}  // namespace headroom
