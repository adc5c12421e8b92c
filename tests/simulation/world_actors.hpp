#pragma once

#include "actors/observed.hpp"
#include "tests/simulation/world.hpp"

namespace headroom::test {

struct sim_venue_state {
  static inline const char* name = "sim-venue";
};
/// A venue that refuses, delays, loses requests and answers, and forgets nothing.
actors::venue_actor::behavior_type sim_venue(
    actors::self_pointer<actors::venue_actor, sim_venue_state> self, outside* out);

struct sim_route_state {
  static inline const char* name = "sim-route";
};
/// A route whose steps take several looks, fail, or cannot be read.
actors::route_actor::behavior_type sim_route(
    actors::self_pointer<actors::route_actor, sim_route_state> self, outside* out);

}  // namespace headroom::test
