#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// Whether the books have the deposit. in_doubt: it was sent there, without a word yet.
enum class row_state : std::uint8_t { absent = 0, in_doubt = 1, stored = 2 };

/// One x402 payment:
///
///     read -> known already? -> (prove) -> known by the payer's key? -> verify -> known by now?
///          -> journal.open_deposit -> wallet.send -> (look until the chain knows)
///          -> journal.settle_deposit -> conversion.credit_deposit
///
/// The books come before everything that changes with time (the window, the balance, a used nonce),
/// so that a payment's repetition gets its first answer for ever. So does another signature under
/// the same key (docs/decisions/0016), which is never sent anywhere.
///
/// From open_deposit on the payment is followed until the chain decides, through restarts too. The
/// payer's patience is a timer of its own: when it runs out they hear what is known then.
struct deposit_state {
  static inline const char* name = "deposit";

  world_ptr w;
  caf::actor_id self_id = 0;
  signed_payment asked;
  bool keys_asked = false;  // the books know no deposit under the payer's keys
  bool judged = false;      // time and chain have been asked
  caf::error verdict;       // what they have against it
  deposit row;
  row_state stored = row_state::absent;
  bool look_first = false;  // it may be paid or sent already
  bool done = false;
  bool following = false;  // another actor settles this payment
  bool repeated = false;   // the books had it before this request
  bool warned = false;
  bool raised = false;       // that it has no end
  std::uint8_t attempt = 0;  // of the settlement
  std::uint32_t looks = 0;
  caf::typed_response_promise<paid_deposit> asker;
  bool answered = true;

  ~deposit_state();
};

using deposit_self = self_pointer<deposit_actor, deposit_state>;

deposit_actor::behavior_type deposit_behavior(deposit_self self, world_ptr w);

}  // namespace headroom::actors
