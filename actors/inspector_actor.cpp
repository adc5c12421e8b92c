#include "actors/inspector_actor.hpp"

#include <algorithm>

namespace headroom::actors {

inspector_actor::behavior_type inspector_behavior(self_pointer<inspector_actor, inspector_state>) {
  return {
      [](list_atom, std::uint32_t limit) {
        return registry::instance().list(std::min<std::uint32_t>(limit, 1000));
      },
      [](status_atom) {
        const auto all = registry::instance().list(0);
        return status_report{inspector_state::name, {{"actors", std::to_string(all.total)}}};
      },
  };
}

}  // namespace headroom::actors
