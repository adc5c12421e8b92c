#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/flight_ring.hpp"

namespace headroom::actors {

/// Which actor or business id somebody looks for: an actor's number, or the first bytes of an id.
struct actor_search {
  std::optional<std::uint64_t> actor_id;
  std::array<std::uint8_t, 20> subject{};
  std::size_t half_bytes = 0;  // of `subject` that count; 0: no business id is meant

  [[nodiscard]] bool finds(std::uint64_t id, id_kind kind,
                           const std::array<std::uint8_t, 20>& business_id) const noexcept;
};

/// "0x" and hex digits, a uuid or its beginning (four digits or more), or an actor's number.
[[nodiscard]] std::optional<actor_search> read_search(std::string_view text);

struct tap_filter {
  std::string kind;  // "": any, as below
  std::string type;  // the name of the message type
  std::optional<actor_search> find;
};

/// One live trace: what matches waits here, at most 4,096 at a time, until it is taken; more is
/// dropped and counted. Matches at most `limit` messages, then wants no more.
class message_tap {
 public:
  static constexpr std::size_t most_waiting = 4'096;

  message_tap(tap_filter filter, std::uint64_t limit) : filter_{std::move(filter)}, left_{limit} {}

  void offer(const flight_event& e);  // any thread; the actors'

  struct batch {
    std::vector<flight_event> events;
    std::uint64_t dropped = 0;  // since the last take
    bool last = false;          // the limit is reached, and all of it was taken
  };
  [[nodiscard]] batch take();

 private:
  [[nodiscard]] bool matches(const flight_event& e) const;

  const tap_filter filter_;
  std::mutex mutex_;
  std::uint64_t left_;
  std::uint64_t dropped_ = 0;
  std::deque<flight_event> waiting_;
};

/// The open traces of this process. While there is none, a message costs one relaxed load.
class message_taps {
 public:
  static message_taps& instance();

  [[nodiscard]] bool any() const noexcept { return open_.load(std::memory_order_relaxed) != 0; }
  void open(const std::shared_ptr<message_tap>& tap);
  void close(const std::shared_ptr<message_tap>& tap);
  /// To all of them, unless an inspector sent it or is its receiver.
  void offer(const flight_event& e);

  /// What this actor sends and receives is the inspector's own traffic from now on.
  void leave_out(std::uint64_t actor_id) noexcept;
  void let_in(std::uint64_t actor_id) noexcept;  // it has ended
  [[nodiscard]] bool is_own(std::uint64_t actor_id) const noexcept;

 private:
  static constexpr std::size_t most_left_out = 64;  // of inspectors that were started, the last
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<message_tap>> taps_;
  std::array<std::atomic<std::uint64_t>, most_left_out> own_{};
  std::atomic<std::size_t> next_own_{0};
};

}  // namespace headroom::actors
