#pragma once

#include "actors/observed.hpp"
#include "chain/treasury/route_leg.hpp"

namespace headroom::chain {

/// A route as its legs, one after the other: each leg's input is what the one before brought.
struct route_plan {
  std::string name;  // as conversions store it
  money_source from;
  std::uint32_t expected_seconds = 0;
  std::vector<leg_ptr> legs;  // this actor's own
  std::string disabled{};     // why it takes nothing new; "": it does
};

struct legged_route_state {
  static inline const char* name = "route";

  actors::world_ptr w;
  route_plan plan;
  route_tally tally;
};

using legged_route_self = actors::self_pointer<actors::route_actor, legged_route_state>;

/// Keeps nothing between calls that an answer rests on: what a step has done is read from the
/// wallets' outboxes, the chains and the step's own `detail`, so every answer may be asked for
/// again, also after a restart.
actors::route_actor::behavior_type legged_route_behavior(legged_route_self self,
                                                         actors::world_ptr w, route_plan plan);

}  // namespace headroom::chain
