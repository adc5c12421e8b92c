#pragma once

#include <deque>

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// How much is asked of the store at once. What was too much for it to do in time is asked again by
/// halves, down to one; what went well several times may be twice as much.
class batch_limit {
 public:
  explicit batch_limit(std::size_t most = 1) : most_{most}, size_{most} {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// How the store did with `tried`.
  void heard(store_status how, std::size_t tried) noexcept;

 private:
  static constexpr std::uint32_t good_before_more = 8;

  std::size_t most_;
  std::size_t size_;
  std::uint32_t good_ = 0;
};

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
    std::variant<the_buffer, address, bet_id, sale_id, withdrawal_id, nothing> what;
    std::uint64_t after = 0;  // the entries taken before it: it waits for those, and no others
    caf::actor_clock::time_point since;
  };

  std::vector<waiting> entries;  // in order of arrival
  std::vector<read> reads;       // in order of arrival
  std::uint64_t taken = 0;       // entries ever; those still waiting are the last of them
  batch_limit entries_at_once;
  batch_limit reads_at_once;
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
