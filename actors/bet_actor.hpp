#pragma once

#include "actors/order_saga.hpp"

namespace headroom::actors {

/// One placement, a saga (domain/bet_flow.hpp):
///
///     balance.deduct -> quote -> buffer.deduct -> sign -> journal.accept_bet -> venue.submit
///           -> (follow its trades, or look up, until known) -> journal.finish_bet
///
/// Until accept_bet is sent, giving up costs two `release` messages. From then on the books decide.
/// Should this actor die, its state's destructor tells the owners of the holds and the guardian.
struct bet_state : order_state<bet, finish_bet> {
  static inline const char* name = "bet";

  order_fill fill = order_fill::whole;  // of a new one; a stored order says it itself
  bool balance_taken = false;           // a hold stands there, or may
  bool buffer_taken = false;

  ~bet_state();
};

using bet_self = self_pointer<bet_actor, bet_state>;

bet_actor::behavior_type bet_behavior(bet_self self, world_ptr w, const bet_id& id);

}  // namespace headroom::actors
