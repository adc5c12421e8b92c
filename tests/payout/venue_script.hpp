#pragma once

#include "actors/actors.hpp"
#include "actors/observed.hpp"
#include "tests/payout/story_world.hpp"

namespace headroom::test {

struct venue_script_state {
  static inline const char* name = "story-venue";
};
/// A venue that fills in whole and in part, buys and sells, refuses, delays, loses what comes and
/// what it answers, shows its fills late, calls them over, and has trades that fail. What an order
/// came to is in `out.orders`, whoever hears of it.
actors::venue_actor::behavior_type venue_script(
    actors::self_pointer<actors::venue_actor, venue_script_state> self, story_world* out,
    std::function<timestamp()> now);

}  // namespace headroom::test
