#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// One placement, a saga:
///
///     balance.deduct -> quote -> buffer.deduct -> sign -> journal.accept_bet -> venue.submit
///           -> (follow its trades, or look up, until known) -> journal.finish_bet
///
/// Until accept_bet is sent, giving up costs two `release` messages. From then on the books decide.
/// Should this actor die, its state's destructor tells the owners of the deductions and the
/// guardian.
struct bet_state {
  static inline const char* name = "bet";

  enum class phase : std::uint8_t {
    idle,
    reserving,
    refusing,
    storing,
    reading,
    placing,
    finishing,
    done
  };

  world_ptr w;
  bet_id id;
  caf::actor_id self_id = 0;
  phase at = phase::idle;
  bet row;
  bool balance_taken = false;  // a tentative deduction stands there
  bool buffer_taken = false;
  bool stored = false;  // accept_bet is committed
  placement venue_side;
  placement_step next_step = placement_step::look_up;  // when the timer fires
  bool wake_due = false;                               // a timer is set
  bool raised = false;                                 // that it stays unresolved
  finish_bet ending;                                   // set when finishing
  std::uint32_t tries = 0;  // of the present phase, against restarting neighbours
  std::uint64_t epoch = 0;  // of the question whose answer counts
  /// Of that question; not set when none is open.
  std::optional<caf::actor_clock::time_point> asked_at;
  caf::actor_id asked = 0;    // whom
  std::uint32_t appends = 0;  // of accept_bet: what was sent before may be in the books
  bool adopt_due = false;     // after the present request: see whether the stored bet is open
  std::vector<caf::typed_response_promise<bet>> askers;

  ~bet_state();
};

using bet_self = self_pointer<bet_actor, bet_state>;

bet_actor::behavior_type bet_behavior(bet_self self, world_ptr w, const bet_id& id);

}  // namespace headroom::actors
