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
  if (s.okx.enabled)
    add(chain::okx_name, [&s, first, doors, door = chain::okx_door{rest.okx, keys.okx}] {
      return chain::okx_plan(s.okx, first, doors.plasma, doors.polygon, door);
    });
  if (s.relay.enabled)
    add(chain::relay_name, [&s, first, doors, web = rest.relay] {
      return chain::relay_plan(s.relay, first, doors.plasma, doors.polygon, web);
    });
}

}  // namespace headroom
