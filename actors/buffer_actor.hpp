#pragma once

#include <deque>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "domain/buffer.hpp"

namespace headroom::actors {

/// The global balance: the committed row and the deductions on their way to the journal.
struct buffer_state {
  static inline const char* name = "buffer";

  world_ptr w;
  buffer_book book;
  bool loaded = false;
  usdc recommended;
  buffer_flows flows;                 // as last measured
  std::uint32_t slowest_seconds = 0;  // of the enabled routes
  caf::actor_clock::time_point next_note{};
  bool low_alerted = false;
  bool refilling = false;                        // a refill waits or is under way
  bool changing = false;                         // one change is under way
  std::deque<std::function<void()>> changes;     // the others, in order; bounded
  std::vector<std::function<void()>> after_row;  // wait for the row, read behind what was sent
  std::uint64_t refused = 0;

  ~buffer_state();  // what it could pay is unknown until the next owner has read the books
};

using buffer_self = self_pointer<buffer_actor, buffer_state>;

/// Loads the row through the journal first, trying until it can; meanwhile answers `unavailable`.
buffer_actor::behavior_type buffer_behavior(buffer_self self, world_ptr w);

}  // namespace headroom::actors
