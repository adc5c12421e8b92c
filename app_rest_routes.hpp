#pragma once

#include <optional>

#include "app_routes.hpp"
#include "chain/treasury/okx_api.hpp"

/// The routes over services that are asked by REST (OKX, Relay): their keys and their wiring. Both
/// are off until the settings turn them on.
namespace headroom {

/// Their secrets, as they were read at the start.
struct rest_keys {
  chain::okx::credentials okx;
};
/// Nothing: a key of a route that is on cannot be read; `error` says which.
[[nodiscard]] std::optional<rest_keys> read_rest_keys(const config::settings& s,
                                                      std::string& error);

/// How they are asked.
struct rest_doors {
  chain::http_actor okx;
  chain::http_actor relay;
};
/// Adds the enabled ones.
void add_rest_routes(std::vector<wired_route>& to, const config::settings& s,
                     const route_wallets& wallets, const route_doors& doors, const rest_doors& rest,
                     const rest_keys& keys);

}  // namespace headroom
