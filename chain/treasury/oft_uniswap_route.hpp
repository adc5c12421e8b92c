#pragma once

#include <map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/treasury/oft_uniswap_settings.hpp"
#include "chain/treasury/route_steps.hpp"
#include "chain/treasury/uniswap_v3.hpp"

namespace headroom::chain {

/// The route's name, as conversions store it.
inline constexpr const char* oft_uniswap_name = "oft_uniswap";

[[nodiscard]] inline actors::wallet_account on_plasma(const oft_uniswap_settings& s) {
  return {s.plasma.chain_id, s.plasma_wallet};
}
[[nodiscard]] inline actors::wallet_account on_polygon(const oft_uniswap_settings& s) {
  return {s.polygon.chain_id, s.polygon_wallet};
}

struct oft_uniswap_state {
  static inline const char* name = "route";

  actors::world_ptr w;
  oft_uniswap_settings settings;
  route_tally tally;
  rpc_actor plasma;
  rpc_actor polygon;
  /// Messages that were looked for and not found, by guid. After a restart they are waited for
  /// anew.
  struct delivery {
    caf::actor_clock::time_point first_look;
    std::optional<caf::actor_clock::time_point> verified_at{};
    std::uint32_t looks = 0;
  };
  std::map<hash256, delivery> deliveries;
  std::uint64_t taken_chunk = 0;    // what Polygon's nodes took of a log search lately; 0: unknown
  std::optional<address> endpoint;  // LayerZero's, on Polygon, as its messenger says
};

using oft_uniswap_self = actors::self_pointer<actors::route_actor, oft_uniswap_state>;

/// USDT0 on Plasma -> LayerZero OFT ("bridge") -> USDT0 on Polygon -> Uniswap V3 ("swap") -> USDC.
/// Keeps nothing between calls: what a step has done is read from the wallets' outboxes and the
/// chains, so every answer may be asked for again, also after a restart. `detail` carries the guid
/// and where to look for it ("guid=0x.. from=123 note=..").
actors::route_actor::behavior_type oft_uniswap_behavior(oft_uniswap_self self, actors::world_ptr w,
                                                        oft_uniswap_settings settings,
                                                        rpc_actor plasma, rpc_actor polygon);

}  // namespace headroom::chain
