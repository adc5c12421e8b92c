#pragma once

#include "chain/polymarket/relayer_actor.hpp"

/// A deposit wallet as a wallet: whoever sends from an account need not know that a relayer sends
/// for it, and stores before it sends.
namespace headroom::chain::polymarket {

/// As a wallet says it; a confirmed one has its hash and no events. What failed or can never be
/// told has lost its chance (batch_state::in_doubt): whoever asked looks at the chain before it
/// tries again under another id.
[[nodiscard]] actors::operation_report report_of(const batch_report& b);

struct relayed_wallet_state {
  static inline const char* name = "relayed_wallet";

  actors::world_ptr w;
  relayer_actor relayer;
};

using relayed_wallet_self = actors::self_pointer<actors::wallet_actor, relayed_wallet_state>;

/// One call is one batch. Ends with whoever spawned it and the relayer.
actors::wallet_actor::behavior_type relayed_wallet_behavior(relayed_wallet_self self,
                                                            actors::world_ptr w,
                                                            relayer_actor relayer);

}  // namespace headroom::chain::polymarket
