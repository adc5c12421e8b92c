#pragma once

#include <optional>

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// A report that reads much, kept for a while after it was made.
template <class Report>
struct kept_report {
  std::optional<Report> value;  // empty after a failure, which is kept likewise
  caf::actor_clock::time_point until;
};

struct query_state {
  static inline const char* name = "query";
  std::uint64_t reads = 0;
  std::uint64_t failures = 0;
  bool keeps_reports = false;
  kept_report<trial_balance> trial;
  kept_report<conversion_metrics> conversions;
};

using query_self = self_pointer<query_actor, query_state>;

/// @param reader  outlives the actor; used by this actor alone. It blocks: spawn detached.
query_actor::behavior_type query_behavior(query_self self, ledger_reader* reader);

/// Of the reports' actor: however many ask for one, it is made once and shared, and making them
/// takes at most a twentieth of this actor's time. So a small house's report is as fresh as a read,
/// a big one's is up to 5 s old.
query_actor::behavior_type reports_behavior(query_self self, ledger_reader* reader);

}  // namespace headroom::actors
