#pragma once

#include <array>
#include <atomic>
#include <caf/ref_counted.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "actors/handler_times.hpp"

namespace headroom::actors {

/// What waits in a mailbox, as far as the stamps of its last 1,024 messages tell: CAF's queue
/// cannot be read from outside. Urgent messages overtake, so a stamp may be a neighbour's.
struct mailbox_sight {
  std::uint64_t oldest_ns = 0;  // the steady clock when it came; 0: empty, or not known
  std::map<message_type, std::uint64_t> by_type;
  std::uint64_t not_known = 0;  // of those that wait
};

/// The flight recorder of one actor: its last 64 messages, the times of its handlers by message
/// type, and when what waits came. Some 20 KB, so only singletons and actors that somebody opened
/// have one. Written by its actor and by whoever sends to it, read by anybody; shared with readers,
/// who may outlive the actor.
class actor_recorder : public caf::ref_counted {
 public:
  static constexpr std::size_t kept = 64;
  static constexpr std::size_t most_types = 32;  // more are counted under type 0
  static constexpr std::size_t stamps = 1024;

  /// @param number  of the messages that ever came: the next to be handled when it is made. Earlier
  ///                ones have no stamps.
  explicit actor_recorder(std::uint64_t number) : first_{number} {}

  void came(std::uint64_t number, std::uint64_t now_ns, message_type type) noexcept {
    auto& s = stamps_[number % stamps];
    s.type.store(static_cast<std::uint16_t>(type), std::memory_order_relaxed);
    s.at_ns.store(now_ns, std::memory_order_relaxed);
  }
  /// When the message of that number came.
  [[nodiscard]] std::optional<std::uint64_t> arrival_of(std::uint64_t number,
                                                        std::uint64_t received) const noexcept;
  void note(const noted_message& x);

  [[nodiscard]] std::vector<noted_message> recent() const;  // the newest first
  [[nodiscard]] std::vector<type_times> times() const;
  [[nodiscard]] mailbox_sight mailbox(std::uint64_t processed, std::uint64_t received) const;

 private:
  struct stamp {
    std::atomic<std::uint64_t> at_ns{0};
    std::atomic<std::uint16_t> type{0};
  };

  const std::uint64_t first_;
  std::array<stamp, stamps> stamps_;
  mutable std::mutex mutex_;  // for the rest; held for microseconds
  std::array<noted_message, kept> ring_{};
  std::size_t noted_ = 0;
  std::vector<type_times> times_;
};

}  // namespace headroom::actors
