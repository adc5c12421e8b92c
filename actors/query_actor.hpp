#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

struct query_state {
  static inline const char* name = "query";
  std::uint64_t reads = 0;
  std::uint64_t failures = 0;
};

using query_self = self_pointer<query_actor, query_state>;

/// @param reader  outlives the actor; used by this actor alone. It blocks: spawn detached.
query_actor::behavior_type query_behavior(query_self self, ledger_reader* reader);

}  // namespace headroom::actors
