#pragma once

#include <unordered_map>
#include <unordered_set>

#include "actors/observed.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "net/asker_budgets.hpp"

/// The signatures of contract wallets: ERC-1271, on the source's chain.
namespace headroom::chain {

struct signature_settings {
  std::uint64_t most_gas = 600'000;  // of one check; passkey wallets need most of it
  std::size_t max_in_flight = 8;
  /// Of checks for accounts that are not known to be contracts, all together: anybody can ask.
  double strangers_per_second = 20;
  double strangers_burst = 40;
  /// Of checks for one wallet that signed something good before.
  double wallet_per_second = 5;
  double wallet_burst = 50;
  std::chrono::seconds no_code_ttl{60};  // how long an account is known to have no code
};

struct signature_state {
  static inline const char* name = "signature";
  using time_point = caf::actor_clock::time_point;

  signature_settings settings;
  rpc_actor rpc;
  std::size_t in_flight = 0;
  net::rate_limit strangers;
  net::asker_budgets wallets;
  std::unordered_map<address, time_point> no_code;  // until
  std::unordered_set<address> contracts;            // that signed something good
  std::uint64_t asked = 0;
};

using signature_self = actors::self_pointer<actors::signature_actor, signature_state>;

/// @param rpc the chain where the wallets live; with connections of its own, because strangers ask.
actors::signature_actor::behavior_type signature_behavior(signature_self self,
                                                          signature_settings settings,
                                                          rpc_actor rpc);

}  // namespace headroom::chain
