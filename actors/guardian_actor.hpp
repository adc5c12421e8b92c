#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// One singleton of the house: how to start it (spawn, and put its handle into the directory).
/// Components start in order and stop in the opposite one.
struct component {
  std::string name;
  std::function<caf::actor(caf::actor_system&)> start;
  /// A restart makes every bet in progress ask again: the journal's and the venue's promises died.
  bool holds_promises = false;
};

struct guardian_state {
  static inline const char* name = "guardian";

  using time_point = caf::actor_clock::time_point;  // steady: a clock that is set changes no wait

  struct child {
    component what;
    caf::actor handle;
    bool alive = false;
    std::deque<time_point> restarts;  // of the last minute
  };

  world_ptr w;
  std::vector<child> children;
  std::function<void(const std::string&)> give_up;
  bool recovered = false;
  std::set<deposit_id> deposits_seen;  // while it recovers: resumed already
  std::uint32_t bets_asked = 0;        // of one page of unfinished work; fewer after a failure
  std::uint32_t deposits_asked = 0;
  bool store_answers = false;  // to reads
  bool store_commits = false;
  bool stopping = false;
  bool drained = false;  // from now on components are stopped one by one
  time_point stop_by;
  time_point next_balance_tick;
  std::size_t next_balance_part = 0;
  time_point next_bet_sweep;
  std::uint64_t resumed = 0;
  std::uint64_t restarts = 0;
  caf::typed_response_promise<bool> stopped;
};

using guardian_self = self_pointer<guardian_actor, guardian_state>;

/// Starts `components`, keeps them alive, resumes unfinished work, stops everything in order.
/// @param give_up  called once, with the reason, when a component dies too often in a minute: the
///                 process should end and be started anew by whoever supervises it.
guardian_actor::behavior_type guardian_behavior(guardian_self self, world_ptr w,
                                                std::vector<component> components,
                                                std::function<void(const std::string&)> give_up);

/// The longest an ordered stop may take: draining, the journal's last commits, the components'
/// ends. Everything that matters is in the books by then: whoever waits for the stop may leave.
[[nodiscard]] std::chrono::milliseconds longest_stop(const core_settings& settings);

/// Calls `give_up` when the guardian ends although nobody drains: nothing would be started again.
/// @param dir  outlives the guardian.
void watch_guardian(const guardian_actor& guardian, const directory& dir,
                    std::function<void(const std::string&)> give_up);

}  // namespace headroom::actors
