#pragma once

#include <map>

#include "actors/log_limit.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/treasury/route_settings.hpp"
#include "chain/treasury/uniswap_v3.hpp"

namespace headroom::chain {

struct route_state {
  static inline const char* name = "route";

  actors::world_ptr w;
  route_settings settings;
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
  actors::log_limit lines;
  std::uint64_t asked = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t unreadable = 0;
  std::string last_problem;
};

using route_self = actors::self_pointer<actors::route_actor, route_state>;

/// USDT0 on Plasma -> LayerZero OFT ("bridge") -> USDT0 on Polygon -> Uniswap V3 ("swap") -> USDC.
/// Keeps nothing between calls: what a step has done is read from the wallets' outboxes and the
/// chains, so every answer may be asked for again, also after a restart. `detail` carries the guid
/// and where to look for it ("guid=0x.. from=123 note=..").
actors::route_actor::behavior_type route_behavior(route_self self, actors::world_ptr w,
                                                  route_settings settings, rpc_actor plasma,
                                                  rpc_actor polygon);

}  // namespace headroom::chain
