#pragma once

#include <array>
#include <atomic>
#include <caf/actor_control_block.hpp>
#include <caf/intrusive_ptr.hpp>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "actors/actors.hpp"
#include "actors/kind_counters.hpp"
#include "actors/noted_message.hpp"

namespace headroom::actors {

class actor_recorder;

/// What the registry knows of one live actor; embedded in it, linked into a shard's list.
struct actor_card {
  static constexpr auto nothing_shown = std::numeric_limits<std::int64_t>::min();

  std::uint64_t id = 0;
  const char* name = "";  // static lifetime
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> processed{0};
  std::atomic<std::uint64_t> busy_ns{0};
  std::atomic<std::int64_t> shown{nothing_shown};  // a figure the owner lets everyone see
  std::atomic<bool> looked_at{false};              // since the owner last asked
  std::atomic<bool> ended{false};
  std::atomic<std::uint16_t> in_handler{0};  // the message_type whose handler runs
  std::atomic<std::uint32_t> wait_us{0};     // the longest of late, falling with each message
  std::atomic<std::uint64_t> began_ns{0};    // when that handler began; 0: none runs
  std::atomic<std::uint64_t> probe{0};       // when one of those that wait came (watching.cpp)
  std::atomic<actor_recorder*> recorder{nullptr};  // of the few that have one
  caf::actor_control_block* control = nullptr;
  std::int64_t born_ns = 0;
  std::array<std::uint8_t, 20> business_id{};
  std::atomic<id_kind> business_kind{id_kind::none};  // stored after business_id
  actor_card* next = nullptr;                         // guarded by the shard's mutex
  actor_card* previous = nullptr;
  bool listed = false;

  actor_card() = default;
  actor_card(const actor_card&) = delete;
  actor_card& operator=(const actor_card&) = delete;
  ~actor_card();

  void set_business_id(id_kind kind, byte_view bytes);
  /// Received and not processed.
  [[nodiscard]] std::int64_t waiting() const noexcept {
    const auto done = static_cast<std::int64_t>(processed.load(std::memory_order_relaxed));
    return static_cast<std::int64_t>(received.load(std::memory_order_relaxed)) - done;
  }

  /// What the actor would answer now: the figure it shows, unless a message waits that might change
  /// it. So a reader sees the effect of everything that was sent before it looked, as if it had
  /// asked. Any thread.
  [[nodiscard]] std::optional<std::int64_t> look() noexcept;
};

/// Every observed actor of this process. The only process-wide state of the house: CAF gives an
/// actor's base class no place to be handed one.
class registry {
 public:
  static registry& instance();

  /// The counters of a kind, made at its first mention; they live as long as the process.
  [[nodiscard]] kind_counters& kind(const char* name);
  /// Totals of every kind there was, by name. Costs the same however many actors there are.
  [[nodiscard]] std::vector<kind_info> kinds() const;

  void add(actor_card& card);
  bool remove(actor_card& card);  // false: not listed any more
  /// The kinds, and up to `limit` single actors: the fullest mailboxes first, then the busiest. A
  /// walk over all of them, a small part at a time: not for an actor's thread.
  [[nodiscard]] actor_listing list(std::size_t limit) const;

  /// Shows every listed card to `see`, a shard at a time: its mutex is held for the thousandth part
  /// of all, and `between` is called without it after each. Not for an actor's thread.
  template <class See, class Between>
  void walk(See see, Between between) const {
    for (std::size_t n = 0; n < shard_count; ++n) {
      {
        const std::lock_guard lock{shards_[n].mutex};
        for (const auto* card = shards_[n].first; card != nullptr; card = card->next) see(*card);
      }
      between(n);
    }
  }
  /// Shows the card of one actor to `see`, while it cannot go; false: not listed.
  template <class See>
  bool look_at(std::uint64_t id, See see) const {
    const auto& s = shards_[id % shard_count];
    const std::lock_guard lock{s.mutex};
    for (auto* card = s.first; card != nullptr; card = card->next) {
      if (card->id != id) continue;
      see(*card);
      return true;
    }
    return false;
  }
  /// How many there are of each thousandth part that `walk` passes.
  static constexpr std::size_t parts() noexcept { return shard_count; }

 private:
  struct alignas(64) shard {
    mutable std::mutex mutex;
    actor_card* first = nullptr;
  };
  /// So many that even among a million actors nobody waits long for the one being walked over.
  static constexpr std::size_t shard_count = 1024;

  std::array<shard, shard_count> shards_;
  mutable std::mutex kinds_mutex_;
  std::deque<kind_counters> kinds_;  // never moved, never removed
};

}  // namespace headroom::actors
