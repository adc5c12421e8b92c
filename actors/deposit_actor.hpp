#pragma once

#include "actors/saga.hpp"
#include "domain/deposit_flow.hpp"

namespace headroom::actors {

/// One x402 payment, a saga (domain/deposit_flow.hpp):
///
///     read -> known already? -> (prove) -> known by the payer's key? -> verify -> known by now?
///          -> journal.open_deposit -> wallet.send -> (look until the chain knows)
///          -> journal.settle_deposit -> conversion.credit_deposit
///
/// Another signature under the same key gets the first one's answer too (docs/decisions/0016), and
/// is never sent anywhere.
///
/// From open_deposit on the payment is followed until the chain decides, through restarts too. The
/// payer's patience is a timer of its own: when it runs out they hear what is known then.
struct deposit_state : saga_state<paid_deposit> {
  static inline const char* name = "deposit";

  deposit_phase at = deposit_phase::idle;
  pay_deposit request;       // until it is read
  signed_payment payment;    // from then on
  bool names_asked = false;  // the books know no deposit under the payer's keys
  bool judged = false;       // time and chain have been asked
  caf::error verdict;        // what there is against it
  deposit row;
  bool look_first = false;  // it may be paid or sent already
  bool repeated = false;    // the books had it before this request
  bool warned = false;
  std::uint8_t attempt = 0;  // of the settlement
  std::string void_code;     // why it will never be paid
  std::uint32_t looks = 0;

  ~deposit_state();
};

using deposit_self = self_pointer<deposit_actor, deposit_state>;

deposit_actor::behavior_type deposit_behavior(deposit_self self, world_ptr w);

}  // namespace headroom::actors
