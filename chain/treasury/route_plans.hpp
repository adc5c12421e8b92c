#pragma once

#include "chain/treasury/across_leg.hpp"
#include "chain/treasury/cctp_leg.hpp"
#include "chain/treasury/oft_uniswap_route.hpp"
#include "chain/treasury/okx_leg.hpp"
#include "chain/treasury/relay_leg.hpp"
#include "chain/treasury/stargate_leg.hpp"

/// The routes beside the first one (oft_uniswap_route.hpp), as lists of legs.
namespace headroom::chain {

/// Their names, as conversions store them.
inline constexpr const char* across_uniswap_name = "across_uniswap";
inline constexpr const char* across_direct_name = "across_direct";
inline constexpr const char* across_base_name = "across_base";
inline constexpr const char* cctp_base_name = "cctp_base";
inline constexpr const char* cctp_plasma_name = "cctp_plasma";
inline constexpr const char* stargate_uniswap_name = "stargate_uniswap";
inline constexpr const char* stargate_base_name = "stargate_base";

/// USDT0 on Plasma -> Across ("bridge") -> USDT0 on Polygon -> swap ("swap") -> USDC.
/// @param s  of the first route: the chains and the swap are the same.
[[nodiscard]] route_plan across_uniswap_plan(const across_settings& a,
                                             const oft_uniswap_settings& s, const rpc_actor& plasma,
                                             const rpc_actor& polygon, const across_door& door,
                                             std::shared_ptr<oneinch_door> oneinch = {});
/// USDT0 on Plasma -> Across ("bridge") -> USDC on Polygon.
[[nodiscard]] route_plan across_direct_plan(const across_settings& a, const oft_uniswap_settings& s,
                                            const rpc_actor& plasma, const rpc_actor& polygon,
                                            const across_door& door);

/// USDT0 on Plasma -> OKX ("deposit", "trade", "withdraw") -> USDC on Polygon.
[[nodiscard]] route_plan okx_plan(const okx_settings& o, const oft_uniswap_settings& s,
                                  const rpc_actor& plasma, const rpc_actor& polygon,
                                  const okx_door& door);
/// USDT0 on Plasma -> Relay ("bridge") -> USDC on Polygon.
[[nodiscard]] route_plan relay_plan(const relay_settings& r, const oft_uniswap_settings& s,
                                    const rpc_actor& plasma, const rpc_actor& polygon,
                                    const http_actor& web);

/// USDC on Base and on Polygon.
struct base_route {
  leg_chain base;
  address base_usdc;
  leg_chain polygon;
  address polygon_usdc;
};
/// USDC on Base -> Across ("bridge") -> USDC on Polygon.
[[nodiscard]] route_plan across_base_plan(const across_settings& a, const base_route& r,
                                          const across_door& door);
/// USDC on Base -> CCTP v2 ("bridge") -> USDC on Polygon.
[[nodiscard]] route_plan cctp_base_plan(const cctp_settings& c, const base_route& r,
                                        const http_actor& iris);

/// USDC on Plasma -> CCTP v2 ("bridge") -> USDC on Polygon.
/// @param s  of the first route: the chains are the same.
[[nodiscard]] route_plan cctp_plasma_plan(const cctp_settings& c, const oft_uniswap_settings& s,
                                          const rpc_actor& plasma, const rpc_actor& polygon,
                                          const http_actor& iris);

/// USDT0 on Plasma -> Stargate ("bridge") -> USDT0 on Polygon -> swap ("swap") -> USDC. Disabled
/// while there is no pool on Plasma.
[[nodiscard]] route_plan stargate_uniswap_plan(const stargate_settings& g,
                                               const oft_uniswap_settings& s,
                                               const rpc_actor& plasma, const rpc_actor& polygon,
                                               std::shared_ptr<oneinch_door> oneinch = {});
/// USDC on Base -> Stargate ("bridge") -> USDC on Polygon.
[[nodiscard]] route_plan stargate_base_plan(const stargate_settings& g, const base_route& r);

}  // namespace headroom::chain
