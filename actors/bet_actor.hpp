#pragma once

#include "actors/saga.hpp"
#include "domain/bet_flow.hpp"

namespace headroom::actors {

/// One placement, a saga (domain/bet_flow.hpp):
///
///     balance.deduct -> quote -> buffer.deduct -> sign -> journal.accept_bet -> venue.submit
///           -> (follow its trades, or look up, until known) -> journal.finish_bet
///
/// Until accept_bet is sent, giving up costs two `release` messages. From then on the books decide.
/// Should this actor die, its state's destructor tells the owners of the holds and the guardian.
struct bet_state : saga_state<bet> {
  static inline const char* name = "bet";

  bet_id id;
  bet_phase at = bet_phase::idle;
  bet row;
  bool balance_taken = false;  // a hold stands there, or may
  bool buffer_taken = false;
  caf::error why;          // it is refused, for whoever asked
  bool adopt_due = false;  // handed over meanwhile: see whether the stored bet is open
  placement venue_side;
  placement_step next_step = placement_step::look_up;  // when it is due
  finish_bet ending;                                   // set when finishing

  ~bet_state();
};

using bet_self = self_pointer<bet_actor, bet_state>;

bet_actor::behavior_type bet_behavior(bet_self self, world_ptr w, const bet_id& id);

}  // namespace headroom::actors
