#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "domain/balance.hpp"

namespace headroom::actors {

/// One user's balance: the committed row and the deductions on their way to the journal.
struct balance_state {
  static inline const char* name = "balance";

  world_ptr w;
  address user;
  tentative_book book;
  bool used = true;  // since the last tick; a newcomer was just asked for
  actor_key self_key;

  ~balance_state();  // the directory forgets this actor however it ends
};

using balance_self = self_pointer<balance_actor, balance_state>;

/// Loads the user's row through the journal, after every commit that is on its way; until then
/// other messages wait in the mailbox.
balance_actor::behavior_type balance_behavior(balance_self self, world_ptr w, const address& user);

}  // namespace headroom::actors
