#include "app_webhooks.hpp"

#include "webhooks/webhook_actor.hpp"

namespace headroom {
namespace {

webhooks::webhook_settings settings_of(const config::settings& s) {
  auto out = s.webhooks;
  out.sandbox = s.profile == "sandbox";
  return out;
}

}  // namespace

webhook_house::webhook_house(const config::settings& s,
                             const persistence::reader_settings& database)
    : settings{settings_of(s)}, store{database}, out{settings} {}

void webhook_house::stop() {
  out.stop();
  door.close();
}

void add_webhooks(household& house, webhook_house& at) {
  auto& sys = house.system();
  const webhooks::webhook_places places{&at.store, &at.out, &at.door.counters()};
  house.add_as<actors::webhook_actor>(
      "webhooks",
      [&sys, &at, w = house.world(), places] {
        return sys.spawn<caf::detached>(webhooks::webhook_behavior, w, places, at.settings);
      },
      [&at](const actors::webhook_actor& handle) { at.door.set(handle); });
}

}  // namespace headroom
