#pragma once

#include <functional>
#include <mutex>
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

/// Where the HTTP front finds it; empty while it is started anew. Thread-safe.
class timeline_door {
 public:
  [[nodiscard]] timeline_actor get() const {
    const std::lock_guard lock{mutex_};
    return handle_;
  }
  void set(timeline_actor handle) {
    const std::lock_guard lock{mutex_};
    handle_ = std::move(handle);
  }
  /// Lets go, so that this may outlive the actor system.
  void close() { set({}); }

 private:
  mutable std::mutex mutex_;
  timeline_actor handle_;
};

}  // namespace headroom::actors
