#pragma once

#include "actors/observed.hpp"

namespace headroom::actors {

struct inspector_state {
  static inline const char* name = "inspector";

  actor_listing last;  // the longest there is; shorter ones are cut from it
  caf::actor_clock::time_point until;
};

using inspector_self = self_pointer<inspector_actor, inspector_state>;

/// Answers from the registry; asks no actor, so a stuck one is shown and cannot hold it up. A walk
/// over a million actors takes a while, so spawn it detached: it costs no actor's thread anything,
/// and no more than a twentieth of its own.
inspector_actor::behavior_type inspector_behavior(inspector_self self);

}  // namespace headroom::actors
