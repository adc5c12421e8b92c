#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "actors/observed.hpp"
#include "actors/webhook_port.hpp"
#include "actors/world.hpp"
#include "webhooks/way_out.hpp"
#include "webhooks/webhook_settings.hpp"

namespace headroom::webhooks {

/// Of this process; each has a client and a thread of its own.
inline constexpr std::size_t most_webhooks = 32;

/// What is handed in; outlives the actor system.
struct webhook_places {
  actors::webhook_store* store = nullptr;
  way_out* out = nullptr;
  actors::webhook_counters* counters = nullptr;
};

/// From the events' cursor to rows of deliveries, from those that are due to tries, from their ends
/// back to the rows. What is in memory alone are tries whose end the books do not have: after a
/// restart they are made again.
struct webhook_state {
  static inline const char* name = "webhook";
  using time_point = caf::actor_clock::time_point;

  /// One receiver and what waits for it here; nobody waits for another's.
  struct receiver {
    webhook row;
    std::deque<due_delivery> waiting;
    std::map<std::int64_t, due_delivery> sending;  // by number
    std::set<std::int64_t> ended;  // not in the books yet: neither sent again nor forgotten
    time_point quiet_until{};      // it asked for a pause
    bool more = false;             // the books have more that is due

    [[nodiscard]] std::size_t here() const noexcept {
      return waiting.size() + sending.size() + ended.size();
    }
    [[nodiscard]] bool has(std::int64_t number) const;
  };

  actors::world_ptr w;
  webhook_places at;
  webhook_settings settings;
  bool loaded = false;
  std::map<webhook_id, receiver> receivers;
  std::vector<delivery_result> results;  // not in the books yet
  std::set<webhook_id> gone;             // likewise: disabled by 410
  std::map<std::int64_t, caf::typed_response_promise<webhook_delivery>> tests;  // by number
  bool woken = false;  // a wake is on its way
  time_point next_forget{};
  std::uint64_t told = 0;
  std::uint64_t tried = 0;
};

using webhook_self = actors::self_pointer<actors::webhook_actor, webhook_state>;

actors::webhook_actor::behavior_type webhook_behavior(webhook_self self, actors::world_ptr w,
                                                      webhook_places at, webhook_settings settings);

/// Kinds of alerts; the subject is the webhook.
namespace webhook_alert {
inline constexpr std::string_view disabled = "webhook.disabled";  // it answered 410
inline constexpr std::string_view failing = "webhook.failing";    // and has long
}  // namespace webhook_alert

}  // namespace headroom::webhooks
