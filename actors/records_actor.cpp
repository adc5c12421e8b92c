#include "actors/records_actor.hpp"

namespace headroom::actors {
namespace {

/// Whoever waits behind so many has given up.
constexpr std::uint64_t most_waiting = 100;

bool is_behind(records_self self) {
  const auto& card = self->card();
  return card.received.load(std::memory_order_relaxed) -
             card.processed.load(std::memory_order_relaxed) >
         most_waiting;
}

template <class Read>
caf::result<typename std::invoke_result_t<Read>::value_type> answer(records_self self, Read read) {
  if (is_behind(self)) return make_error(errc::overloaded);
  ++self->state.reads;
  auto found = read();
  if (found) return std::move(*found);
  ++self->state.failures;
  return make_error(errc::unavailable);
}

}  // namespace

records_actor::behavior_type records_behavior(records_self self, house_records* records) {
  return {
      [=](const course_filter& x) {
        return answer(self, [&] { return records->course_of_buffer(x); });
      },
      [=](const deed_filter& x) { return answer(self, [&] { return records->list_deeds(x); }); },
      [=](work_atom, std::uint32_t limit) {
        return answer(self, [&] { return records->list_unsettled(limit); });
      },
      [=](status_atom) {
        return status_report{records_state::name,
                             {{"reads", std::to_string(self->state.reads)},
                              {"failures", std::to_string(self->state.failures)}}};
      },
  };
}

}  // namespace headroom::actors
