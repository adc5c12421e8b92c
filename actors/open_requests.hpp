#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "actors/noted_message.hpp"

namespace headroom::actors {

/// A request that nobody has answered yet.
struct open_request {
  std::uint64_t waiter = 0;  // actor ids
  std::uint64_t asked = 0;
  const char* asked_kind = "";
  std::uint64_t since_ns = 0;  // steady clock
  message_type type{};
};

/// Who waits for whom: the requests under way between actors of this node. Lossy and without locks,
/// for it is written twice per request: 65,536 places, four for each hash; when all four are taken,
/// the oldest is forgotten and counted. Requests of who is not observed (http/actor_bridge.hpp) are
/// here as long as those say when they are answered.
class open_requests {
 public:
  static open_requests& instance();

  open_requests();

  void asked(std::uint64_t waiter, std::uint64_t request, const open_request& what) noexcept;
  /// Answered, or given up by who waited.
  void answered(std::uint64_t waiter, std::uint64_t request) noexcept;
  /// What was under way a moment ago; what changes meanwhile may be left out.
  [[nodiscard]] std::vector<open_request> list() const;
  /// Another actor system begins, whose actors have the same numbers (tests).
  void clear() noexcept;
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_.load(); }

 private:
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t sets = 16'384;
  struct place {
    std::atomic<std::uint64_t> key{0};  // 0: free; written last, and first when it ends
    std::atomic<std::uint64_t> waiter{0};
    std::atomic<std::uint64_t> asked{0};
    std::atomic<const char*> asked_kind{""};
    std::atomic<std::uint64_t> since_ns{0};
    std::atomic<std::uint16_t> type{0};
  };
  using places = std::array<place, ways>;

  [[nodiscard]] static std::uint64_t key_of(std::uint64_t waiter, std::uint64_t request) noexcept;
  [[nodiscard]] places& set_of(std::uint64_t key) const noexcept { return sets_[key % sets]; }

  std::unique_ptr<places[]> sets_;
  std::atomic<std::uint64_t> forgotten_{0};
};

}  // namespace headroom::actors
