#pragma once

#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/observed.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "net/asker_budgets.hpp"

/// The signatures of contract wallets: ERC-1271, on the chains that the wallet has paid on. Whoever
/// made the same address on another chain (its former owners can) says nothing about that money, so
/// each of those chains must say yes; and on each of them two nodes, where there are two: a node
/// that lies could take anybody's balance.
namespace headroom::chain {

/// One chain that may be paid on.
struct signature_chain {
  std::uint64_t chain_id = 0;
  rpc_actor rpc;  // with connections of its own, because strangers ask
  std::uint32_t nodes = 1;
};

/// The chains on which a user's deposits were credited; nothing: the books do not answer. Blocks.
using chains_paid_on =
    std::function<std::optional<std::vector<std::uint64_t>>(const address& user)>;

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
  std::chrono::seconds unpaid_ttl{3};    // or not to have paid: until its first deposit is credited
  bool nodes_are_ours = false;           // then one of them is enough for money that leaves
};

struct signature_state {
  static inline const char* name = "signature";
  using time_point = caf::actor_clock::time_point;

  signature_settings settings;
  std::vector<signature_chain> chains;
  chains_paid_on paid_on;
  std::size_t in_flight = 0;
  net::rate_limit strangers;
  net::asker_budgets wallets;
  std::unordered_map<address, time_point> no_wallets;  // without code, or without a deposit; until
  std::unordered_set<address> contracts;               // that signed something good
  std::uint64_t asked = 0;
};

using signature_self = actors::self_pointer<actors::signature_actor, signature_state>;

/// @param paid_on is asked in the actor's own thread, which it may block: within the budgets.
actors::signature_actor::behavior_type signature_behavior(signature_self self,
                                                          signature_settings settings,
                                                          std::vector<signature_chain> chains,
                                                          chains_paid_on paid_on);

}  // namespace headroom::chain
