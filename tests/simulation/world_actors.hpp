#pragma once

#include "actors/observed.hpp"
#include "tests/simulation/world.hpp"

namespace headroom::test {

struct sim_venue_state {
  static inline const char* name = "sim-venue";
};
/// A venue that refuses, delays, loses requests and answers, shows its fills late, and forgets
/// nothing.
actors::venue_actor::behavior_type sim_venue(
    actors::self_pointer<actors::venue_actor, sim_venue_state> self, outside* out,
    actors::wall_clock now);

inline constexpr const char* sim_route_name = "simulated";
/// The account that the route and the payments send from.
[[nodiscard]] inline actors::wallet_account service_wallet() {
  return {plasma_id, service_account()};
}
/// The account that withdrawals are paid from.
[[nodiscard]] inline actors::wallet_account paying_wallet() {
  return {polygon_id, service_account()};
}

struct sim_route_state {
  static inline const char* name = "sim-route";
};
using sim_route_self = actors::self_pointer<actors::route_actor, sim_route_state>;
/// A route whose bridge is a transaction of the real wallet, and whose swap takes several looks,
/// fails, or cannot be read.
actors::route_actor::behavior_type sim_route(sim_route_self self, actors::world_ptr w,
                                             outside* out);

struct other_route_state {
  static inline const char* name = "other-route";
};
/// The edge of a route double: answers get lost, late or never come.
actors::route_actor::behavior_type other_route(
    actors::self_pointer<actors::route_actor, other_route_state> self, outside* out,
    route_double* way, actors::wall_clock now);

/// The RPC edge of one chain.
chain::rpc_actor::behavior_type sim_node(chain::rpc_actor::pointer self, outside* out,
                                         node_double* nodes, actors::wall_clock now);

}  // namespace headroom::test
