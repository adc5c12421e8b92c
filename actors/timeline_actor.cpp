#include "actors/timeline_actor.hpp"

#include <caf/all.hpp>

namespace headroom::actors {
namespace {

const auto known_as = caf::atom("timelines");

/// Operators ask, and programs of theirs: whoever waits behind so many has given up.
constexpr std::uint64_t most_waiting = 200;

bool is_behind(timeline_self self) {
  const auto& card = self->card();
  return card.received.load(std::memory_order_relaxed) -
             card.processed.load(std::memory_order_relaxed) >
         most_waiting;
}

caf::result<timeline_page> tell(timeline_self self, timeline_reader& reader,
                                const flight_memory& memory, const timeline_request& asked) {
  if (!timeline_place::parse(asked.cursor))
    return make_error(errc::invalid_field, "must be the next_cursor of an earlier page");
  if (is_behind(self)) return make_error(errc::overloaded);
  ++self->state.reads;
  auto found = reader.read(asked, memory ? memory(asked.id) : std::vector<timeline_event>{});
  if (!found) {
    ++self->state.failures;
    return make_error(errc::unavailable);
  }
  if (!*found) return make_error(errc::not_found);
  return std::move(**found);
}

}  // namespace

timeline_actor::behavior_type timeline_behavior(timeline_self self, timeline_reader* reader,
                                                flight_memory memory) {
  return {
      [=](const timeline_request& asked) { return tell(self, *reader, memory, asked); },
      [=](status_atom) {
        return status_report{timeline_state::name,
                             {{"reads", std::to_string(self->state.reads)},
                              {"failures", std::to_string(self->state.failures)}}};
      },
  };
}

void show_timelines(caf::actor_system& sys, const timeline_actor& teller) {
  sys.registry().put(known_as, caf::actor_cast<caf::strong_actor_ptr>(teller));
}

void hide_timelines(caf::actor_system& sys) { sys.registry().erase(known_as); }

timeline_actor find_timelines(caf::actor_system& sys) {
  return caf::actor_cast<timeline_actor>(sys.registry().get(known_as));
}

}  // namespace headroom::actors
