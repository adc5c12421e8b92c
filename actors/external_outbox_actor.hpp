#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

struct external_outbox_state {
  static inline const char* name = "external_outbox";
  world_ptr w;
  std::uint64_t stored = 0;  // states of rows
};

using external_outbox_self = self_pointer<external_outbox_actor, external_outbox_state>;

/// The journal writes and the query actor reads; a read waits for the journal's queue first, for an
/// earlier life of the asker may have died with its row in there.
external_outbox_actor::behavior_type external_outbox_behavior(external_outbox_self self,
                                                              world_ptr w);

}  // namespace headroom::actors
