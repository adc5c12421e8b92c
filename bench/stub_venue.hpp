#pragma once

#include <caf/all.hpp>

#include "actors/actors.hpp"

/// A venue that costs nothing: the one part of the measured path that is not the product's.
namespace headroom::bench {

using park_atom = caf::atom_constant<caf::atom("park")>;
using watch_atom = caf::atom_constant<caf::atom("watch")>;
using fill_atom = caf::atom_constant<caf::atom("fill")>;
using accepted_atom = caf::atom_constant<caf::atom("accepted")>;

/// Quotes and signs at once (as many bytes as a real order has). A submitted order means that its
/// bet is committed, which a watcher hears by `accepted_atom, hash256`; what happens then is the
/// mode.
using stub_venue = actors::venue_actor::extend<
    caf::reacts_to<park_atom, caf::actor>,   // Keep submits open and tell the watcher of each.
    caf::reacts_to<watch_atom, caf::actor>,  // Tell the watcher of each, and fill it at once.
    caf::reacts_to<fill_atom>>;              // Fill: what is parked, and from now on at once.

/// @param seed  of the orders' hashes. It fills from the start.
[[nodiscard]] stub_venue spawn_stub_venue(caf::actor_system& sys, std::uint64_t seed);

}  // namespace headroom::bench
