#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "actors/noted_message.hpp"

namespace headroom::actors {

/// Why a message reached nobody.
enum class letter_fate : std::uint8_t {
  to_the_dead = 0,  // its receiver had ended
  not_handled = 1,  // its receiver has no handler for it
  left_behind = 2,  // its receiver ended with it in the mailbox; only counted
};
[[nodiscard]] std::string_view to_string(letter_fate f) noexcept;

struct dead_letter {
  std::int64_t at_us = 0;  // wall clock
  std::uint64_t actor_id = 0;
  std::string kind;  // of the receiver
  std::uint64_t from = 0;
  message_type type{};
  letter_fate fate = letter_fate::to_the_dead;
};

/// A handler that took longer than 100 ms.
struct slow_handler {
  std::int64_t at_us = 0;
  std::uint64_t actor_id = 0;
  std::string kind;
  message_type type{};
  std::uint32_t took_us = 0;
};

/// An actor that did not end as actors end; with its last messages, if it had a recorder.
struct actor_end {
  std::int64_t at_us = 0;
  std::uint64_t actor_id = 0;
  std::string kind;
  std::string reason;
  message_type in_handler{};  // where it threw; 0: not in one
  std::vector<noted_message> last;
};

/// What should not happen, the newest of each kind, and how often it did. Written on paths that are
/// rare; any thread.
class incidents {
 public:
  static constexpr std::size_t kept = 256;
  static constexpr std::size_t ends_kept = 64;

  static incidents& instance();

  void note(const dead_letter& x);
  void note(const slow_handler& x);
  void note(actor_end x);
  /// Messages that a dead actor's mailbox held.
  void left_behind(const char* kind, std::uint64_t messages);

  struct letter_count {
    std::string kind;
    message_type type{};
    letter_fate fate{};
    std::uint64_t count = 0;
  };
  [[nodiscard]] std::vector<letter_count> letter_counts() const;
  [[nodiscard]] std::vector<dead_letter> letters() const;  // the newest first, as are the others
  [[nodiscard]] std::vector<slow_handler> slow() const;
  [[nodiscard]] std::vector<actor_end> ends() const;

 private:
  struct letter_name {
    std::string kind;
    message_type type;
    letter_fate fate;
    auto operator<=>(const letter_name&) const = default;
  };

  mutable std::mutex mutex_;
  std::deque<dead_letter> letters_;
  std::deque<slow_handler> slow_;
  std::deque<actor_end> ends_;
  std::map<letter_name, std::uint64_t> counts_;
};

}  // namespace headroom::actors
