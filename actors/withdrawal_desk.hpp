#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// What operators say about withdrawals. The books decide; this one asks them, tells the
/// withdrawal's own actor, and publishes whether withdrawals go on (withdrawal_gauge,
/// and the alert `work.paused` while they do not).
struct withdrawal_desk_state {
  static inline const char* name = "withdrawal_desk";

  world_ptr w;
  bool held = false;           // by the settings, until an operator lets them go
  std::uint32_t deciding = 0;  // words of operators that the books have not answered yet
  std::uint64_t words = 0;     // of operators, so far: what was read before the last one is old
};

using withdrawal_desk_self = self_pointer<withdrawal_desk_actor, withdrawal_desk_state>;

withdrawal_desk_actor::behavior_type withdrawal_desk_behavior(withdrawal_desk_self self,
                                                              world_ptr w);

}  // namespace headroom::actors
