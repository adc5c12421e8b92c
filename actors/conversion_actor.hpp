#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "domain/conversion.hpp"

namespace headroom::actors {

/// Credits what is settled, groups what is credited, drives what is grouped along the route.
struct conversion_state {
  static inline const char* name = "conversion";

  struct running {
    conversion_progress progress;
    bool busy = false;        // a question about it is open
    bool unreadable = false;  // what is in flight could not be read the last time
    bool stopped = false;     // the books refused it: a human must look
  };

  world_ptr w;
  route_info route;  // empty steps until the route answered
  /// Asked of a journal, which answers when it has committed, or dies without a word.
  struct open_credit {
    credit_deposit entry;
    caf::actor_id journal = 0;
  };
  std::map<deposit_id, open_credit> crediting;
  std::map<conversion_id, running> live;
  std::set<conversion_id> ended;  // since the last poll was sent: its answer may be older
  bool polling = false;
  bool opening = false;
  std::uint64_t credited = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t retried = 0;

  [[nodiscard]] std::ptrdiff_t stopped() const {
    return std::count_if(live.begin(), live.end(), [](const auto& x) { return x.second.stopped; });
  }

  /// No new money enters a route on which anything in flight cannot be read.
  [[nodiscard]] bool route_unreadable() const {
    return std::any_of(live.begin(), live.end(), [](const auto& x) { return x.second.unreadable; });
  }
};

using conversion_self = self_pointer<conversion_actor, conversion_state>;

conversion_actor::behavior_type conversion_behavior(conversion_self self, world_ptr w);

}  // namespace headroom::actors
