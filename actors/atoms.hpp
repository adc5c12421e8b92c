#pragma once

#include <caf/atom.hpp>

/// Words of the actors, each with one meaning.
namespace headroom::actors {

using status_atom = caf::atom_constant<caf::atom("status")>;
using get_atom = caf::atom_constant<caf::atom("get")>;
using poll_atom = caf::atom_constant<caf::atom("poll")>;
using resume_atom = caf::atom_constant<caf::atom("resume")>;
using recover_atom = caf::atom_constant<caf::atom("recover")>;
using flush_atom = caf::atom_constant<caf::atom("flush")>;
using sync_atom = caf::atom_constant<caf::atom("sync")>;
using wake_atom = caf::atom_constant<caf::atom("wake")>;            // its own timer is over
using idle_atom = caf::atom_constant<caf::atom("idle")>;            // leaves when it is idle
using review_atom = caf::atom_constant<caf::atom("review")>;        // refills, recommends, alerts
using reload_atom = caf::atom_constant<caf::atom("reload")>;        // reads its row again
using restarted_atom = caf::atom_constant<caf::atom("restarted")>;  // a neighbour was: ask again
using watch_atom = caf::atom_constant<caf::atom("watch")>;          // looks after the house
using impatient_atom = caf::atom_constant<caf::atom("impatient")>;  // who asked waited enough
using sweep_atom = caf::atom_constant<caf::atom("sweep")>;
using list_atom = caf::atom_constant<caf::atom("list")>;
using prove_atom = caf::atom_constant<caf::atom("prove")>;
using solvency_atom = caf::atom_constant<caf::atom("solvency")>;
using volume_atom = caf::atom_constant<caf::atom("volume")>;
using flows_atom = caf::atom_constant<caf::atom("flows")>;  // of the buffer
using keys_atom = caf::atom_constant<caf::atom("keys")>;
using sessions_atom = caf::atom_constant<caf::atom("sessions")>;
using events_atom = caf::atom_constant<caf::atom("events")>;
using metrics_atom = caf::atom_constant<caf::atom("metrics")>;
using work_atom = caf::atom_constant<caf::atom("work")>;
using pending_atom = caf::atom_constant<caf::atom("pending")>;
using in_flight_atom = caf::atom_constant<caf::atom("in_flight")>;  // of a route
using promised_atom = caf::atom_constant<caf::atom("promised")>;
using paused_atom = caf::atom_constant<caf::atom("paused")>;  // of withdrawals
using ping_atom = caf::atom_constant<caf::atom("ping")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;

}  // namespace headroom::actors
