#include "domain/webhooks.hpp"

#include <array>

namespace headroom {
namespace {

/// What a row of the books' events may be: told_of, never the balance's.
constexpr std::array told_events{
    event_type::bet_placed,           event_type::bet_filled,
    event_type::bet_failed,           event_type::deposit_opened,
    event_type::deposit_settled,      event_type::deposit_credited,
    event_type::deposit_failed,       event_type::conversion_opened,
    event_type::conversion_completed, event_type::conversion_failed,
    event_type::conversion_undone,    event_type::buffer_changed,
    event_type::position_offered,     event_type::position_sold,
    event_type::position_kept,        event_type::position_settled,
    event_type::withdrawal_requested, event_type::withdrawal_approved,
    event_type::withdrawal_confirmed, event_type::withdrawal_failed,
};

constexpr std::array delivery_statuses{delivery_status::pending, delivery_status::delivered,
                                       delivery_status::failed, delivery_status::stopped};

}  // namespace

std::optional<event_type> parse_told_event(std::string_view name) noexcept {
  for (const auto t : told_events)
    if (to_string(t) == name) return t;
  return std::nullopt;
}

std::vector<std::string> names_of(event_mask types) {
  if (types == every_event) return {"*"};
  std::vector<std::string> out;
  for (const auto t : told_events)
    if ((types & mask_of(t)) != 0) out.emplace_back(to_string(t));
  return out;
}

std::string_view to_string(delivery_status s) noexcept {
  switch (s) {
    case delivery_status::pending: return "pending";
    case delivery_status::delivered: return "delivered";
    case delivery_status::failed: return "failed";
    case delivery_status::stopped: return "stopped";
  }
  return "unknown";
}

std::optional<delivery_status> parse_delivery_status(std::string_view name) noexcept {
  for (const auto s : delivery_statuses)
    if (to_string(s) == name) return s;
  return std::nullopt;
}

std::string message_id_of(const webhook_delivery& d) {
  const auto what = d.is_test() ? "t" + std::to_string(d.number) : std::to_string(d.event);
  return "msg_" + to_hex(d.webhook.bytes) + "_" + what;
}

}  // namespace headroom
