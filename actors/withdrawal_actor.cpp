#include "actors/withdrawal_actor.hpp"

#include "actors/withdrawal_saga.hpp"

namespace headroom::actors {

/// Killed in the middle? Nobody may be left waiting, no hold and no stored withdrawal left behind.
withdrawal_state::~withdrawal_state() {
  if (!w) return;
  if (raised)
    for (const auto kind : withdrawal_alerts)
      w->dir.gauges.alerts().clear(kind, id.text(), w->now());
  w->dir.users.forget_withdrawal(id, self_key);
  for (auto& p : askers) p.deliver(make_error(errc::in_doubt));
  const abandoned news{hold_of(id), hold_kind::withdrawal};
  if (balance_taken)
    if (const auto balance = w->dir.users.find_balance(row.user)) caf::anon_send(balance, news);
  if (buffer_taken)
    if (const auto buffer = w->dir.handles.get<buffer_actor>()) caf::anon_send(buffer, news);
  if (next_move(at, withdrawal_event::died).act == withdrawal_act::hand_over)
    if (const auto guardian = w->dir.handles.get<guardian_actor>()) caf::anon_send(guardian, news);
}

withdrawal_actor::behavior_type withdrawal_behavior(withdrawal_self self, world_ptr w,
                                                    const withdrawal_id& id) {
  self->describe(id_kind::uuid, id.view());
  auto& st = self->state;
  st.w = std::move(w);
  st.id = id;
  st.self_key = key_of(self->address());
  return {
      [self](const request_withdrawal& x) { return withdrawal_saga{self}.asked(x); },
      [self](resume_atom, withdrawal& stored) { withdrawal_saga{self}.resumed(stored); },
      [self](review_atom) { withdrawal_saga{self}.nudged(); },
      [self](wake_atom) { withdrawal_saga{self}.tick(); },
      [self](status_atom) {
        const auto& s = self->state;
        return status_report{withdrawal_state::name,
                             {{"withdrawal", s.id.text()},
                              {"phase", std::string{to_string(s.at)}},
                              {"status", std::string{to_string(s.row.status)}},
                              {"user", s.row.user.hex()},
                              {"amount", to_string(s.row.amount)},
                              {"attempt", std::to_string(s.attempt)},
                              {"needs_approval", waits_for_approval(s.row) ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
