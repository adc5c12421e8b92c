#pragma once

#include "actors/saga.hpp"
#include "domain/withdrawal_flow.hpp"

namespace headroom::actors {

/// One withdrawal, a saga by its table (domain/withdrawal_flow.hpp):
///
///     look in the books -> balance.deduct -> buffer.deduct -> journal.accept_withdrawal
///           -> (an operator's approval) -> cashier: sent once -> final
///           -> journal.finish_withdrawal
///
/// Who asked hears of it as soon as the books have it. Each transfer has an operation of its own,
/// by the withdrawal's id and the attempt; a next attempt begins only when the one before is proven
/// to have moved nothing, and the books refuse a second one beside an open one.
struct withdrawal_state : saga_state<withdrawal> {
  static inline const char* name = "withdrawal";

  withdrawal_id id;
  withdrawal_phase at = withdrawal_phase::idle;
  withdrawal row;
  timestamp deadline;  // of a new one
  caf::error why;      // it is refused, for whoever asked
  bool balance_taken = false;
  bool buffer_taken = false;
  bool was_open = false;           // the books have shown it so to this actor
  std::uint8_t attempt = 0;        // the transfer that is looked at
  std::uint32_t reverts = 0;       // of the attempts before it, each final
  std::uint32_t would_revert = 0;  // looks in a row at which a node said so
  std::uint32_t waits = 0;         // in a row, with nothing on its way
  finish_withdrawal ending;        // set when finishing

  ~withdrawal_state();
};

using withdrawal_self = self_pointer<withdrawal_actor, withdrawal_state>;

withdrawal_actor::behavior_type withdrawal_behavior(withdrawal_self self, world_ptr w,
                                                    const withdrawal_id& id);

}  // namespace headroom::actors
