#pragma once

#include "actors/webhook_port.hpp"
#include "app_household.hpp"
#include "config/settings.hpp"
#include "persistence/pg_webhooks.hpp"
#include "webhooks/way_out.hpp"

/// The wiring of who is told of events by HTTP.
namespace headroom {

/// Outlives the actor system.
struct webhook_house {
  webhook_house(const config::settings& s, const persistence::reader_settings& database);

  /// Ends what is under way and lets go of the actor.
  void stop();

  webhooks::webhook_settings settings;
  persistence::pg_webhooks store;
  webhooks::guarded_way_out out;
  actors::webhook_door door;
};

void add_webhooks(household& house, webhook_house& at);

}  // namespace headroom
