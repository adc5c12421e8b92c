#include "actors/bet_actor.hpp"

#include "actors/bet_saga.hpp"

namespace headroom::actors {

/// Killed in the middle? Nobody may be left waiting, no hold and no stored bet left behind.
bet_state::~bet_state() {
  if (!w) return;
  if (raised) w->dir.gauges.alerts().clear(bet_unresolved_alert, id.text(), w->now());
  w->dir.users.forget_bet(id, self_key);
  for (auto& p : askers) p.deliver(make_error(errc::in_doubt));
  const abandoned news{hold_of(id), hold_kind::bet};
  if (balance_taken)
    if (const auto balance = w->dir.users.find_balance(row.user)) caf::anon_send(balance, news);
  if (buffer_taken)
    if (const auto buffer = w->dir.handles.get<buffer_actor>()) caf::anon_send(buffer, news);
  const auto last = next_move(at, bet_event::died).act;
  if (last == bet_act::hand_over || (last == bet_act::hand_over_if_called && adopt_due))
    if (const auto guardian = w->dir.handles.get<guardian_actor>()) caf::anon_send(guardian, news);
}

bet_actor::behavior_type bet_behavior(bet_self self, world_ptr w, const bet_id& id) {
  self->describe(id_kind::uuid, id.view());
  auto& st = self->state;
  st.w = std::move(w);
  st.id = id;
  st.self_key = key_of(self->address());
  return {
      [self](const place_bet& x) { return bet_saga{self}.asked(x); },
      [self](resume_atom, bet& stored) { bet_saga{self}.resumed(stored); },
      [self](restarted_atom) { bet_saga{self}.restarted(); },
      [self](sweep_atom) { bet_saga{self}.sweep(); },
      [self](wake_atom) { bet_saga{self}.tick(); },
      [self](status_atom) {
        const auto& s = self->state;
        return status_report{bet_state::name,
                             {{"bet", s.id.text()},
                              {"phase", std::string{to_string(s.at)}},
                              {std::string{open_state_fact}, bet_saga{self}.state_text()},
                              {"user", s.row.user.hex()},
                              {"amount", to_string(s.row.amount)},
                              {"in_doubt", s.venue_side.in_doubt() ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
