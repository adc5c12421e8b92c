#pragma once

#include <deque>
#include <map>
#include <unordered_map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/finality.hpp"
#include "chain/rpc_bridge.hpp"

namespace headroom::chain {

struct wallet_settings {
  std::uint64_t chain_id = 0;
  finality_rule finality;
  std::chrono::milliseconds poll_interval{1'000};
  std::chrono::milliseconds bump_after{30'000};   // without a block: the same nonce, a higher fee
  std::uint32_t max_attempts = 10;                // signatures per operation, fee bumps included
  std::uint64_t min_tip_wei = 0;                  // Polygon: 30 gwei
  std::uint64_t max_fee_wei = 5'000'000'000'000;  // per gas; above it nothing is signed
  std::size_t max_open = 256;                     // more are refused with `overloaded`
  /// Looks that must show no receipt of ours, its nonce being used, before it counts as dropped.
  std::uint32_t looks_before_dropped = 30;
};

/// One operation between its row in the outbox and its finality. At most one attempt can ever be
/// mined: they share the nonce.
struct open_operation {
  using time_point = caf::actor_clock::time_point;

  operation_id id;
  std::string purpose;
  std::vector<signed_transaction> attempts;  // stored, oldest first
  time_point next_broadcast{};               // of the newest attempt
  time_point waiting_since{};                // as the account's next transaction
  bool next_in_line = false;
  bool wants_bump = false;  // a node asked for a higher fee
  bool bumping = false;     // fees are being asked for, or the new attempt is being stored
  std::optional<signed_transaction> bump;  // signed, perhaps stored
  std::uint32_t broadcasts = 0;
  std::uint32_t missing = 0;  // looks without a receipt although the nonce is used
  bool judging = false;
  std::optional<actors::operation_report> outcome;  // final; being booked
  uint256 cost_wei;                                 // of the mined attempt
  bool booking = false;

  [[nodiscard]] std::uint64_t nonce() const { return attempts.front().body.nonce; }
};

/// One operation before its row: asked for, not signed or not known to be stored.
struct requested_operation {
  enum class phase : std::uint8_t { checking, pricing, ready, storing };
  actors::send_transaction what;
  phase at = phase::checking;
  unsigned_transaction body;  // without a nonce
  std::vector<caf::typed_response_promise<actors::operation_report>> askers;
};

/// The only owner of the account's nonce. Rows first, broadcasts second, receipts decide.
struct wallet_state {
  static inline const char* name = "wallet";

  actors::world_ptr w;
  wallet_settings settings;
  std::shared_ptr<const private_key> key;
  address account;
  rpc_actor rpc;

  bool ready = false;  // backlog read, chain id right, nonce known
  bool starting = false;
  std::uint64_t next_nonce = 0;
  std::uint64_t mined_count = 0;                 // transactions of the account in the latest block
  std::map<std::uint64_t, open_operation> open;  // by nonce
  std::unordered_map<operation_id, std::uint64_t> nonce_of;
  std::unordered_map<operation_id, requested_operation> requested;
  std::deque<operation_id> to_store;  // priced, in the order of their nonces to be
  std::vector<operation_id> storing;  // the batch the journal has
  std::vector<signed_transaction> storing_signed;
  bool append_unanswered = false;  // sent to the journal, no word yet
  bool append_again = false;       // outcome unknown: the same rows once more
  bool one_by_one = false;         // a batch was refused: find out which row
  bool looking = false;
  std::unordered_map<operation_id, actors::operation_report> finished;  // the last few
  std::deque<operation_id> finished_order;

  std::string alert;  // what a human should look at
  std::uint64_t sent = 0;
  std::uint64_t bumps = 0;
};

using wallet_self = actors::self_pointer<actors::wallet_actor, wallet_state>;

/// @param key  signs on this actor's thread (about 50 us each); never leaves the process.
/// @param rpc  the chain's nodes (make_rpc_actor).
/// Until the backlog is read and the chain id is checked every request is `unavailable`. A call
/// that would revert is refused before anything is stored: errc::internal, its detail starts with
/// `would_revert`.
actors::wallet_actor::behavior_type wallet_behavior(wallet_self self, actors::world_ptr w,
                                                    wallet_settings settings,
                                                    std::shared_ptr<const private_key> key,
                                                    rpc_actor rpc);

inline constexpr std::string_view would_revert = "execution reverted";
/// The detail of `unavailable` when the account cannot pay for the call.
inline constexpr std::string_view no_gas_money = "not enough native coin for gas";

}  // namespace headroom::chain
