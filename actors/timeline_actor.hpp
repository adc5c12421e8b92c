#pragma once

#include <functional>
#include <optional>

#include "actors/actors.hpp"
#include "actors/messages/timeline_messages.hpp"
#include "actors/observed.hpp"

namespace headroom::actors {

/// TIMELINE: the story of one bet, sale, deposit, conversion or withdrawal, a page at a time, from
/// the books and from what this process still remembers. Detached: its reader blocks; a connection
/// of its own, so that a long story holds up no other read.
using timeline_actor = status_actor::extend<
    caf::replies_to<timeline_request>::with<timeline_page>>;  // not_found; invalid_field: cursor

/// Where the books keep the stories. Called by one thread at a time, blocks.
class timeline_reader {
 public:
  virtual ~timeline_reader() = default;

  /// `remembered`: events that the books do not have, told with theirs. Nothing when the store is
  /// unavailable; nothing inside: no such subject. A cursor that is none of ours is its beginning.
  virtual std::optional<std::optional<timeline_page>> read(
      const timeline_request& asked, std::vector<timeline_event> remembered) = 0;
};

/// What this process remembers of a subject, by its 16 bytes; called on the actor's own thread.
/// Bounded: at most a few hundred events.
using flight_memory = std::function<std::vector<timeline_event>(byte_view subject)>;

struct timeline_state {
  static inline const char* name = "timeline";
  std::uint64_t reads = 0;
  std::uint64_t failures = 0;
};

using timeline_self = self_pointer<timeline_actor, timeline_state>;

/// @param reader  outlives the actor; used by this actor alone.
/// @param memory  may be empty.
timeline_actor::behavior_type timeline_behavior(timeline_self self, timeline_reader* reader,
                                                flight_memory memory);

/// Where the front finds it, under its name in the actor system: started anew it takes the place of
/// the one before.
void show_timelines(caf::actor_system& sys, const timeline_actor& teller);
/// Before the system ends: a detached actor's thread lives as long as somebody can find it.
void hide_timelines(caf::actor_system& sys);
/// Empty before the first start.
[[nodiscard]] timeline_actor find_timelines(caf::actor_system& sys);

}  // namespace headroom::actors
