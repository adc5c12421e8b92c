#pragma once

#include <deque>

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// Collects what its mailbox holds and commits it as one transaction. While a COMMIT runs (the
/// store blocks this detached actor) the mailbox fills, so the batch grows by itself under load.
struct journal_state {
  static inline const char* name = "journal";
  /// In `status`: failures of the store in a row; "0" while it commits.
  static inline const char* failures_fact = "store_failures";

  struct waiting {
    journal_entry entry;
    caf::typed_response_promise<committed> promise;
  };
  struct the_buffer {};
  struct nothing {};  // a sync: only the place in the order counts
  struct read {
    caf::response_promise promise;
    std::variant<the_buffer, address, bet_id, nothing> what;
    timestamp since;
  };

  std::vector<waiting> entries;  // in order of arrival
  std::vector<read> reads;       // answered after the entries that came before them
  bool flush_due = false;
  bool buffer_unsure = true;   // a commit that nobody told the buffer of may be in the books
  std::uint32_t failures = 0;  // of the store, in a row
  std::uint64_t batches = 0;
  std::uint64_t committed_entries = 0;
  std::uint64_t refused_entries = 0;
  std::uint64_t in_doubt = 0;
  // Reused between batches, so that a steady load does not allocate.
  std::vector<journal_entry> batch;
  std::vector<entry_outcome> outcomes;

  ~journal_state();  // whoever waits for a read learns that it will not come
};

using journal_self = self_pointer<journal_actor, journal_state>;

/// @param store  outlives the actor; used by this actor alone.
journal_actor::behavior_type journal_behavior(journal_self self, world_ptr w, ledger_store* store);

}  // namespace headroom::actors
