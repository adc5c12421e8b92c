#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/rpc_bridge.hpp"

namespace headroom::chain {

struct audit_settings {
  address plasma_usdt0;
  address plasma_owner;  // the service's account on each chain
  address polygon_usdt0;
  address polygon_usdc;
  address polygon_owner;
  address collateral;                      // the venue's token; zero: not looked at
  address collateral_owner;                // the account that bets
  std::chrono::milliseconds fresh{3'000};  // one look serves everyone who asks within it
  std::chrono::milliseconds check_every{30'000};
  std::size_t max_waiting = 64;
};

struct audit_state {
  static inline const char* name = "audit";

  actors::world_ptr w;
  audit_settings settings;
  rpc_actor plasma;
  rpc_actor polygon;
  solvency_watch watch;
  actors::onchain_balances last;
  caf::actor_clock::time_point read_at{};
  std::vector<caf::typed_response_promise<actors::onchain_balances>> waiting;
};

using audit_self = actors::self_pointer<actors::audit_actor, audit_state>;

/// What the chains say the service owns. A silent chain's flag is false; its old numbers are never
/// shown as new ones. Every `check_every` it is compared with the books: one error in the log when
/// that turns bad, one line when it is good again.
actors::audit_actor::behavior_type audit_behavior(audit_self self, actors::world_ptr w,
                                                  audit_settings settings, rpc_actor plasma,
                                                  rpc_actor polygon);

}  // namespace headroom::chain
