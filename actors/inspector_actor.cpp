#include "actors/inspector_actor.hpp"

#include <algorithm>

namespace headroom::actors {
namespace {

constexpr std::size_t longest_listing = 1000;
constexpr std::int64_t rest_after_walk = 20;  // times as long as it took

/// The walk is not repeated before it has been paid for, however many ask.
actor_listing list(inspector_self self, std::size_t limit) {
  auto& st = self->state;
  const auto& clock = self->clock();
  if (const auto began = clock.now(); began >= st.until) {
    st.last = registry::instance().list(longest_listing);
    const auto now = clock.now();
    st.until = now + rest_after_walk * (now - began);
  }
  actor_listing out;
  out.kinds = registry::instance().kinds();
  for (const auto& k : out.kinds) out.total += k.live;
  const auto shown = std::min(limit, st.last.actors.size());
  out.actors.assign(st.last.actors.begin(),
                    st.last.actors.begin() + static_cast<std::ptrdiff_t>(shown));
  return out;
}

}  // namespace

inspector_actor::behavior_type inspector_behavior(inspector_self self) {
  return {
      [self](list_atom, std::uint32_t limit) { return list(self, limit); },
      [](status_atom) {
        const auto all = registry::instance().list(0);
        return status_report{inspector_state::name, {{"actors", std::to_string(all.total)}}};
      },
  };
}

}  // namespace headroom::actors
