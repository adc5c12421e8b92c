#pragma once

#include <deque>

#include "actors/actor_recorder.hpp"
#include "actors/actor_snapshots.hpp"
#include "actors/inspector_lints.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// One actor, as far as it can be told.
struct look_at_actor {
  std::uint64_t id = 0;
};
struct actor_sight {
  bool found = false;
  actor_sighting seen;
  std::uint64_t received = 0;
  std::uint64_t handler_us = 0;              // of the handler that runs; 0: none
  std::map<std::string, std::string> facts;  // its own words
  std::string no_facts;                      // why there are none: "timed_out", ..
  std::optional<mailbox_sight> mailbox;      // nothing: not recorded yet, it is from now on
  std::uint64_t oldest_us = 0;               // how long the oldest waits, at least
  bool own_times = false;                    // `times` are its own, not its kind's
  std::vector<type_times> times;
  std::vector<noted_message> recent;  // the newest first
  std::vector<lint> lints;
};

/// One edge of who waits for whom, with what is known of both ends.
struct wait_edge {
  open_request what;
  actor_sighting waiter;  // id 0: not observed (the HTTP front)
  actor_sighting asked;
};
struct wait_graph {
  std::vector<wait_edge> edges;  // the longest waits first, bounded
  std::uint64_t total = 0;
  std::uint64_t forgotten = 0;
  std::vector<std::vector<std::uint64_t>> cycles;  // actor ids, each waiting for the next
  std::int64_t now_ns = 0;
};

using lints_atom = caf::atom_constant<caf::atom("lints")>;
using waits_atom = caf::atom_constant<caf::atom("waits")>;

}  // namespace headroom::actors

// They stay in this process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::actors::actor_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::actors::actor_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::actors::look_at_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::actors::actor_sight)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::actors::lint_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::actors::wait_graph)

namespace headroom::actors {

/// INSPECTOR, with what only the HTTP front asks. It is what inspector_actor's handle refers to.
using full_inspector_actor = inspector_actor::extend<
    caf::replies_to<actor_query>::with<actor_page>,
    caf::replies_to<look_at_actor>::with<actor_sight>,  // Records it from now on, too.
    caf::replies_to<lints_atom>::with<lint_report>, caf::replies_to<waits_atom>::with<wait_graph>,
    caf::reacts_to<poll_atom>>;

struct inspector_state {
  static inline const char* name = "inspector";
  using time_point = caf::actor_clock::time_point;

  world_ptr w;         // none: nothing is known of alerts
  actor_listing last;  // the longest there is; shorter ones are cut from it
  time_point until;    // it stands
  actor_snapshots all;
  time_point looked_at;  // when somebody did, the last time
  lint_memory memory;
};

using inspector_self = self_pointer<full_inspector_actor, inspector_state>;

/// Answers from the registry. Asks only the actor that is looked at for its facts, for 250 ms, so a
/// stuck one is shown and cannot hold it up. A walk over a million actors takes a while, so spawn
/// it detached: it costs no actor's thread anything, and no more than a twentieth of its own. While
/// somebody looks it walks once a second, for everybody; ten seconds later it forgets what it saw.
full_inspector_actor::behavior_type inspector_behavior(inspector_self self, world_ptr w);

/// The full interface of the inspector that is in the directory; empty while there is none.
[[nodiscard]] full_inspector_actor inspector_of(const handles& from);

}  // namespace headroom::actors
