#pragma once

#include <array>
#include <atomic>
#include <caf/fwd.hpp>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>

#include "actors/actors.hpp"

namespace headroom::actors {

/// How an actor's business id is to be shown.
enum class id_kind : std::uint8_t { none = 0, user = 1, uuid = 2 };

/// What the registry knows of one live actor; embedded in it, linked into a shard's list.
struct actor_card {
  static constexpr auto nothing_shown = std::numeric_limits<std::int64_t>::min();

  std::uint64_t id = 0;
  std::atomic<const char*> name{"starting"};  // static lifetime
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> processed{0};
  std::atomic<std::uint64_t> busy_ns{0};
  std::atomic<std::int64_t> shown{nothing_shown};  // a figure the owner lets everyone see
  std::atomic<bool> looked_at{false};              // since the owner last asked
  std::int64_t born_ns = 0;
  std::array<std::uint8_t, 20> business_id{};
  std::atomic<id_kind> business_kind{id_kind::none};  // stored after business_id
  actor_card* next = nullptr;                         // guarded by the shard's mutex
  actor_card* previous = nullptr;
  bool listed = false;

  void set_business_id(id_kind kind, byte_view bytes);

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

  void add(actor_card& card);
  void remove(actor_card& card);  // repeats safely
  /// Totals per kind, and up to `limit` single actors: the fullest mailboxes first, then the
  /// busiest.
  [[nodiscard]] actor_listing list(std::size_t limit) const;

 private:
  struct alignas(64) shard {
    mutable std::mutex mutex;
    actor_card* first = nullptr;
  };
  static constexpr std::size_t shard_count = 64;
  std::array<shard, shard_count> shards_;
};

}  // namespace headroom::actors
