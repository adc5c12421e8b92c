#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/events.hpp"
#include "domain/ids.hpp"

/// Who is told of events by HTTP, and what became of each telling (docs/decisions/0046).
namespace headroom {

using webhook_id = uuid<struct webhook_tag>;

/// A set of event types, a bit each; `every_event` has those of later versions in it too.
using event_mask = std::uint64_t;
inline constexpr event_mask every_event = ~event_mask{0};
[[nodiscard]] constexpr event_mask mask_of(event_type t) noexcept {
  return event_mask{1} << static_cast<unsigned>(t);
}
/// "bet.filled"; nothing for a name that no event in the books ever has: the balance's, which is
/// told beside another.
[[nodiscard]] std::optional<event_type> parse_told_event(std::string_view name) noexcept;
/// {"*"}, or the names of the types in their order.
[[nodiscard]] std::vector<std::string> names_of(event_mask types);

/// One receiver. While `old_secret_until` is ahead deliveries are signed with both secrets.
struct webhook {
  webhook_id id;
  std::string url;
  event_mask types = every_event;
  byte_vector secret;  // 24 to 64 random bytes; empty in answers
  byte_vector old_secret;
  timestamp old_secret_until;
  timestamp created_at;
  timestamp updated_at;
  timestamp disabled_at;        // nothing is sent from then on
  std::string disabled_reason;  // "gone": it answered 410; "operator"
  timestamp failing_since;      // the first failure since its last success
  bool replayed = false;        // an answer: it was there before
  std::string shown_secret;     // an answer: "whsec_..." of a new secret, which is shown once

  [[nodiscard]] bool is_active() const noexcept { return !disabled_at.is_set(); }
};

enum class delivery_status : std::uint8_t {
  pending = 0,
  delivered = 1,  // answered 2xx
  failed = 2,     // its tries are used up
  stopped = 3,    // its webhook was disabled or removed before
};
[[nodiscard]] std::string_view to_string(delivery_status s) noexcept;
[[nodiscard]] std::optional<delivery_status> parse_delivery_status(std::string_view name) noexcept;

/// What one webhook is told of one event, once or more: the receiver knows it by `message_id_of`.
struct webhook_delivery {
  std::int64_t number = 0;  // grows
  webhook_id webhook;
  std::int64_t event = 0;  // its number; 0: a test, of no event
  event_type type = event_type::bet_placed;
  delivery_status status = delivery_status::pending;
  std::uint32_t tries = 0;
  timestamp created_at;
  timestamp next_try_at;  // while it is pending
  timestamp last_try_at;
  std::uint32_t last_status = 0;  // of HTTP; 0: no answer, or none yet
  std::string last_error;         // "" when the last try succeeded
  std::uint32_t last_ms = 0;      // how long the last try took

  [[nodiscard]] bool is_test() const noexcept { return event == 0; }
};

/// The same for every try, and for no other delivery of any deployment: "msg_<webhook>_<event>".
[[nodiscard]] std::string message_id_of(const webhook_delivery& d);

struct delivery_filter {
  webhook_id webhook;
  std::optional<delivery_status> status{};
  std::int64_t before = 0;  // the page behind this number; 0: the first
  std::uint32_t limit = 50;
};
/// The newest first.
struct delivery_page {
  std::vector<webhook_delivery> rows;
  std::int64_t next = 0;  // `before` of the next page; 0: there is none
};

/// One that is due, with what it tells.
struct due_delivery {
  webhook_delivery row;
  heard_event event;  // of a test: nothing
};

/// How one try ended.
struct delivery_result {
  std::int64_t number = 0;
  webhook_id webhook;
  delivery_status status = delivery_status::pending;
  std::uint32_t tries = 0;
  timestamp at;
  timestamp next_try_at;
  std::uint32_t last_status = 0;
  std::string last_error;
  std::uint32_t last_ms = 0;
  bool test = false;
};

}  // namespace headroom
