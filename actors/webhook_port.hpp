#pragma once

#include <atomic>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "actors/actors.hpp"
#include "actors/messages/webhook_messages.hpp"

/// Webhooks as the other rooms see them: who is asked, where they are kept, what is counted.
namespace headroom::actors {

/// WEBHOOKS: tells receivers of events, signed, again until they answer. Detached: its store
/// blocks. The only one that changes webhooks, so what it remembers of them is so.
using webhook_actor = status_actor::extend<
    caf::replies_to<add_webhook>::with<webhook>,
    caf::replies_to<list_atom>::with<std::vector<webhook>>,    // Without secrets, the oldest first.
    caf::replies_to<get_atom, webhook_id>::with<webhook>,      // Likewise; not_found.
    caf::replies_to<change_webhook>::with<webhook>,            //
    caf::replies_to<remove_webhook>::with<webhook>,            // As it was.
    caf::replies_to<test_webhook>::with<webhook_delivery>,     // After the try.
    caf::replies_to<webhook_deliveries>::with<delivery_page>,  // not_found
    caf::reacts_to<webhook_answered>,                          // Internal: a try has ended.
    caf::reacts_to<wake_atom>,                                 // Internal: more may be sent now.
    caf::reacts_to<poll_atom>>;                                // Internal: by its own timer.

/// So many of one webhook, at most so many at once.
struct delivery_wish {
  webhook_id webhook;
  std::uint32_t limit = 0;
};

/// What became of a batch of events.
struct told_events {
  std::uint32_t read = 0;  // events behind the cursor
  std::uint32_t told = 0;  // deliveries that they made
};

/// What a change does beside the row itself.
struct webhook_change {
  std::string by;
  const char* action = "webhook_changed";  // in operator_actions
  bool from_now = false;                   // it hears what comes from now on
  bool stop = false;                       // what is pending is stopped
  bool remove = false;                     // its secrets are gone, nobody finds it any more
};

/// Where webhooks and their deliveries are kept: PostgreSQL (persistence/). Called by one thread at
/// a time, blocks. Nothing, or false, while it is unavailable: nothing happened then, or it may be
/// done again without harm.
class webhook_store {
 public:
  virtual ~webhook_store() = default;

  /// Those that are not removed, the oldest first.
  virtual std::optional<std::vector<webhook>> list() = 0;
  /// Stores `row`, who hears events from now on, and who did it. What is stored under its id
  /// afterwards; `replayed` when it was before.
  virtual std::optional<webhook> add(const webhook& row, const std::string& by) = 0;
  virtual bool change(const webhook& row, const webhook_change& how) = 0;
  /// Makes deliveries, due now, of the next events behind the cursor and moves it, in one commit.
  virtual std::optional<told_events> tell(timestamp now, std::uint32_t most) = 0;
  /// Pending and due, the longest due first; with those that are being sent.
  virtual std::optional<std::vector<due_delivery>> due(timestamp now,
                                                       std::span<const delivery_wish> wishes) = 0;
  /// One delivery to test with, pending.
  virtual std::optional<webhook_delivery> add_test(const webhook_id& id, const std::string& by,
                                                   timestamp now) = 0;
  virtual bool record(std::span<const delivery_result> results) = 0;
  virtual std::optional<delivery_page> deliveries(const delivery_filter& filter) = 0;
  /// Lets go of what ended before `kept`, and gives up what is pending since before `expired`; a
  /// few thousand of each at once.
  virtual bool forget(timestamp kept, timestamp expired) = 0;
};

/// Tries by how they ended, since the start.
struct webhook_counters {
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> retried{0};  // failed, and another try follows
  std::atomic<std::uint64_t> failed{0};   // the last one
  std::atomic<std::uint64_t> gone{0};     // 410: its webhook is disabled
};

/// Where the actor's handle is found, and its counters. Outlives the actor system. Thread-safe.
class webhook_door {
 public:
  [[nodiscard]] webhook_actor get() const {
    const std::lock_guard lock{mutex_};
    return handle_;
  }
  void set(webhook_actor handle) {
    const std::lock_guard lock{mutex_};
    handle_ = std::move(handle);
  }
  /// Lets go of the handle.
  void close() { set({}); }
  [[nodiscard]] webhook_counters& counters() noexcept { return counters_; }
  [[nodiscard]] const webhook_counters& counters() const noexcept { return counters_; }

 private:
  mutable std::mutex mutex_;
  webhook_actor handle_;
  webhook_counters counters_;
};

}  // namespace headroom::actors
