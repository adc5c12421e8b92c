#include "actors/deposit_actor.hpp"

#include "actors/deposit_saga.hpp"

namespace headroom::actors {

deposit_state::~deposit_state() {
  if (!w) return;
  w->dir.users.forget_deposit(self_key.id);
  if (raised) w->dir.gauges.alerts().clear(deposit_unresolved_alert, row.id.text(), w->now());
  if (next_move(at, deposit_event::died).act != deposit_act::hand_over) return;
  if (const auto guardian = w->dir.handles.get<guardian_actor>())
    caf::anon_send(guardian, resume_atom::value, row);
}

deposit_actor::behavior_type deposit_behavior(deposit_self self, world_ptr w) {
  self->state.w = std::move(w);
  self->state.self_key = key_of(self->address());
  return {
      [self](pay_deposit& x) { return deposit_saga{self}.asked(x); },
      [self](resume_atom, deposit& stored) { deposit_saga{self}.resumed(stored); },
      [self](wake_atom) { deposit_saga{self}.tick(); },
      [self](impatient_atom) { deposit_saga{self}.patience_is_over(); },
      [self](status_atom) {
        const auto& st = self->state;
        const bool stored = may_be_stored(st.at) && st.at != deposit_phase::storing;
        return status_report{deposit_state::name,
                             {{"deposit", st.row.id.text()},
                              {"phase", std::string{to_string(st.at)}},
                              {"stored", stored ? "yes" : "no"},
                              {"status", std::string{to_string(st.row.status)}},
                              {"attempt", std::to_string(st.attempt)},
                              {"looks", std::to_string(st.looks)}}};
      },
  };
}

}  // namespace headroom::actors
