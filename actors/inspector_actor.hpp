#pragma once

#include "actors/observed.hpp"

namespace headroom::actors {

struct inspector_state {
  static inline const char* name = "inspector";
};

/// Answers from the registry; asks no actor, so a stuck one is shown and cannot hold it up.
inspector_actor::behavior_type inspector_behavior(
    self_pointer<inspector_actor, inspector_state> self);

}  // namespace headroom::actors
