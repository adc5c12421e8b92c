#include "actors/sale_actor.hpp"

#include "actors/sale_saga.hpp"

namespace headroom::actors {

/// Killed in the middle? Nobody may be left waiting, and no stored sale left behind.
sale_state::~sale_state() {
  if (!w) return;
  if (raised) w->dir.gauges.alerts().clear(sale_unresolved_alert, id.text(), w->now());
  w->dir.users.forget_sale(id, self_key);
  for (auto& p : askers) p.deliver(make_error(errc::in_doubt));
  const auto last = next_move(at, bet_event::died).act;
  if (last == bet_act::hand_over || (last == bet_act::hand_over_if_called && adopt_due))
    if (const auto guardian = w->dir.handles.get<guardian_actor>())
      caf::anon_send(guardian, abandoned{hold_of(id), hold_kind::sale});
}

sale_actor::behavior_type sale_behavior(sale_self self, world_ptr w, const sale_id& id) {
  self->describe(id_kind::uuid, id.view());
  auto& st = self->state;
  st.w = std::move(w);
  st.id = id;
  st.self_key = key_of(self->address());
  return {
      [self](const sell_position& x) { return sale_saga{self}.asked(x); },
      [self](resume_atom, sale& stored) { sale_saga{self}.resumed(stored); },
      [self](restarted_atom) { sale_saga{self}.restarted(); },
      [self](sweep_atom) { sale_saga{self}.sweep(); },
      [self](wake_atom) { sale_saga{self}.tick(); },
      [self](status_atom) {
        const auto& s = self->state;
        return status_report{sale_state::name,
                             {{"sale", s.id.text()},
                              {"phase", std::string{to_string(s.at)}},
                              {std::string{open_state_fact}, sale_saga{self}.state_text()},
                              {"user", s.row.user.hex()},
                              {"shares", to_string(usdc{s.row.shares.micro})},
                              {"in_doubt", s.venue_side.in_doubt() ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
