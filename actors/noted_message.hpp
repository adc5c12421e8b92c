#pragma once

#include <caf/fwd.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace headroom::actors {

/// How an actor's business id is to be shown.
enum class id_kind : std::uint8_t { none = 0, user = 1, uuid = 2 };

/// The types of a message's elements and its first atom, as one small number of this process, given
/// when such a message is first seen. 0: unknown.
enum class message_type : std::uint16_t {};
inline constexpr std::size_t most_message_types = 1024;

/// The number of a message; a hash over its elements' types and a look-up, no memory is taken but
/// for the first of its type. `answer`: to a request.
[[nodiscard]] message_type type_of(const caf::type_erased_tuple& content, bool answer);
/// For people: "deduct", "resume bet", "answer: usdc".
[[nodiscard]] std::string_view name_of(message_type type) noexcept;

/// What became of a message.
enum class message_end : std::uint8_t {
  handled = 0,
  dropped = 1,  // an answer that nobody waited for any more
  crashed = 2,  // its handler threw
};
[[nodiscard]] std::string_view to_string(message_end e) noexcept;

inline constexpr auto unknown_wait = std::numeric_limits<std::uint32_t>::max();

/// One message that an actor has handled. No content: nothing in it needs to be hidden.
struct noted_message {
  std::int64_t at_us = 0;                // its handler began; wall clock
  std::uint64_t from = 0;                // the sender's actor id; 0: none
  std::uint32_t wait_us = unknown_wait;  // in the mailbox
  std::uint32_t took_us = 0;             // in the handler
  message_type type{};
  message_end end = message_end::handled;
};

}  // namespace headroom::actors
