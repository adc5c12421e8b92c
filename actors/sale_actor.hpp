#pragma once

#include "actors/order_saga.hpp"

namespace headroom::actors {

/// One sale, a saga as a bet is (domain/bet_flow.hpp), but that nothing is held before:
///
///     quote -> sign -> journal.accept_sale -> venue.submit
///           -> (follow its trades, or look up, until known) -> journal.finish_sale
///
/// The shares are taken from the position by accept_sale itself: two sales of the same shares meet
/// in the books, and one of them is refused there. Positions are few changes a user, so nobody has
/// to own them in memory.
struct sale_state : order_state<sale, finish_sale> {
  static inline const char* name = "sale";

  order_fill fill = order_fill::part;  // of a new one; a stored order says it itself

  ~sale_state();
};

using sale_self = self_pointer<sale_actor, sale_state>;

sale_actor::behavior_type sale_behavior(sale_self self, world_ptr w, const sale_id& id);

}  // namespace headroom::actors
