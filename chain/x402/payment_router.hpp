#pragma once

#include <vector>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/x402/payment_settings.hpp"

namespace headroom::chain {

struct payment_router_state {
  static inline const char* name = "payment_router";

  actors::world_ptr w;
  std::vector<x402::terms> sources;  // all that this process knows, whether enabled or not
  std::uint64_t unknown = 0;         // payments and rows of none of them
};
using payment_router_self = actors::self_pointer<actors::payment_actor, payment_router_state>;

/// In front of the sources' payment actors (handles.payment): a payment goes to the one that it is
/// meant for, a stored one to its own. What is meant for none is judged by the first, whose refusal
/// names what is wrong; a stored one of a source that is not there is `unavailable`.
actors::payment_actor::behavior_type payment_router_behavior(payment_router_self self,
                                                             actors::world_ptr w,
                                                             std::vector<x402::terms> sources);

}  // namespace headroom::chain
