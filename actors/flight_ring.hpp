#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

#include "actors/noted_message.hpp"
#include "domain/bytes.hpp"

namespace headroom::actors {

/// One message of an actor that stands for something in the books.
struct flight_event : noted_message {
  std::uint64_t actor_id = 0;
  const char* kind = "";                   // the actor's; static lifetime
  std::array<std::uint8_t, 20> subject{};  // its business id; a uuid's 16 bytes, then zeros
  id_kind subject_kind = id_kind::none;

  /// For people: "place_bet".
  [[nodiscard]] std::string_view type_name() const noexcept { return name_of(type); }
};

/// What bets, sales, deposits and withdrawals did last on this node: the newest 65,536 messages
/// their actors handled, kept after the actors are gone. In memory only. Those of one subject are
/// in one of 16 parts, so a reader holds up a sixteenth of the writers, for at most 0.1 ms.
class flight_ring {
 public:
  static constexpr std::size_t size = 65'536;

  /// The one that every observed actor writes into.
  static flight_ring& instance();

  flight_ring();

  void record(const flight_event& event);
  /// Of this business id (as many bytes as it has), the oldest first.
  [[nodiscard]] std::vector<flight_event> of(byte_view subject) const;

 private:
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_size = size / shard_count;
  struct alignas(64) shard {
    mutable std::mutex mutex;
    std::size_t next = 0;  // ever written
    std::vector<flight_event> events;
  };

  [[nodiscard]] static std::size_t shard_of(const std::array<std::uint8_t, 20>& subject) noexcept;

  std::array<shard, shard_count> shards_;
};

}  // namespace headroom::actors
