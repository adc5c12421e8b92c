#pragma once

#include <mutex>
#include <optional>

#include "actors/actors.hpp"
#include "actors/messages/record_messages.hpp"
#include "actors/observed.hpp"

/// Reads for operators: in a connection of their own, so that neither money nor users wait for
/// them.
namespace headroom::actors {

/// As ledger_reader: called by one thread at a time, blocks; nothing while the store is away.
class house_records {
 public:
  virtual ~house_records() = default;

  virtual std::optional<buffer_course> course_of_buffer(const course_filter& filter) = 0;
  virtual std::optional<deed_page> list_deeds(const deed_filter& filter) = 0;
  virtual std::optional<unsettled_markets> list_unsettled(std::uint32_t limit) = 0;
};

/// RECORDS: what operators read of the books. Detached: its store blocks.
using records_actor = status_actor::extend<
    caf::replies_to<course_filter>::with<buffer_course>,  // The buffer's history, in points.
    caf::replies_to<deed_filter>::with<deed_page>,        // Who did what.
    caf::replies_to<work_atom, std::uint32_t>::with<unsettled_markets>>;  // At most so many.

/// Where its handle is found, which changes when it is started anew. Thread-safe.
class records_door {
 public:
  [[nodiscard]] records_actor get() const {
    const std::lock_guard lock{mutex_};
    return handle_;
  }
  void set(records_actor handle) {
    const std::lock_guard lock{mutex_};
    handle_ = std::move(handle);
  }

 private:
  mutable std::mutex mutex_;
  records_actor handle_;
};

struct records_state {
  static inline const char* name = "records";
  std::uint64_t reads = 0;
  std::uint64_t failures = 0;
};

using records_self = self_pointer<records_actor, records_state>;

/// @param records  outlives the actor; used by this actor alone. It blocks: spawn detached.
records_actor::behavior_type records_behavior(records_self self, house_records* records);

}  // namespace headroom::actors
