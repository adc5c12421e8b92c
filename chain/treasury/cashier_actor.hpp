#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/evm_settings.hpp"
#include "chain/evm/rpc_bridge.hpp"

namespace headroom::chain {

struct cashier_settings {
  std::uint64_t chain_id = 0;
  address usdc;     // the token
  address account;  // who pays; its wallet owns the nonce
  finality_rule finality;
  std::uint64_t proof_gas = 150'000;  // of a transfer that is to show in a receipt that it reverts
};

/// A transfer that waits to be sent.
struct cashier_turn {
  operation_id id;
  std::function<void()> begin;
  std::function<void()> give_way;  // to the same one, asked for again
};

struct cashier_state {
  static inline const char* name = "cashier";
  using time_point = caf::actor_clock::time_point;

  /// What an earlier life may have asked of the wallet: nothing is sent before it is known.
  enum class past { unread, being_read, known };

  actors::world_ptr w;
  cashier_settings settings;
  rpc_actor rpc;
  /// One at a time: what one may send depends on what the ones before it have stored.
  std::deque<cashier_turn> to_send;
  std::optional<operation_id> sending;
  std::map<operation_id, time_point> told_short;  // when, the last time
  /// Asked of the wallet, and not known to be stored or never to be: their money may go, too.
  std::map<operation_id, usdc> unheard;
  past before = past::unread;
  std::size_t past_unanswered = 0;
  bool past_unclear = false;
  std::uint64_t asked = 0;
  std::uint64_t done = 0;
  std::string last_problem;
};

using cashier_self = actors::self_pointer<actors::cashier_actor, cashier_state>;

/// Lasts while there is a transfer that the account's final USDC does not cover.
inline constexpr std::string_view withdrawal_short_alert = "withdrawal.short";

/// Pays USDC by plain ERC-20 transfers of one account, through its wallet's outbox. Keeps nothing
/// between calls that counts: where a transfer stands is read from the outbox and the chain, so
/// every answer may be asked for again, also after a restart; and before its first transfer it asks
/// the wallet what became of those that may have been asked for before.
///
/// Sent is only what is the house's finally: the account's balance at the final block (and not more
/// than at the newest), less what open withdrawals with a transaction in the outbox may still take.
actors::cashier_actor::behavior_type cashier_behavior(cashier_self self, actors::world_ptr w,
                                                      cashier_settings settings, rpc_actor rpc);

}  // namespace headroom::chain
