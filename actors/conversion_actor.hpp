#pragma once

#include <map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "domain/conversion.hpp"

namespace headroom::actors {

/// Credits what is settled, groups what is credited, drives what is grouped along the route.
struct conversion_state {
  static inline const char* name = "conversion";

  struct running {
    conversion_progress progress;
    bool busy = false;  // a question about it is open
  };

  world_ptr w;
  route_info route;  // empty steps until the route answered
  std::map<conversion_id, running> live;
  bool polling = false;
  bool opening = false;
  bool route_unreadable = false;  // no new money enters a route we cannot read
  std::uint64_t credited = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t retried = 0;
};

using conversion_self = self_pointer<conversion_actor, conversion_state>;

conversion_actor::behavior_type conversion_behavior(conversion_self self, world_ptr w);

}  // namespace headroom::actors
