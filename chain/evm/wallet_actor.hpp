#pragma once

#include <deque>
#include <map>
#include <unordered_map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/evm_settings.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/nonce_use.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/evm/transaction_signer.hpp"

namespace headroom::chain {

/// One operation between its row in the outbox and its finality. At most one attempt can ever be
/// mined: they share the nonce.
struct open_operation {
  using time_point = caf::actor_clock::time_point;

  operation_id id;
  std::string purpose;
  std::vector<signed_transaction> attempts;  // stored, oldest first

  // -- not mined yet -----------------------------------------------------------------------------
  time_point next_broadcast{};  // of the newest attempt
  std::uint32_t broadcasts = 0;
  bool next_in_line = false;   // the account's next transaction
  time_point waiting_since{};  // as that, with the newest attempt
  std::uint64_t waiting_since_block = 0;
  bool wants_bump = false;            // a node asked for a higher fee, or settings did
  bool too_dear = false;              // a node takes no fee that high: the next attempt is cheaper
  std::uint64_t heeded_at_block = 0;  // when a node's wish was last followed
  time_point next_bump{};             // after one that was not possible
  bool bumping = false;  // fees are being asked for, or the new attempt is being stored
  std::optional<signed_transaction> bump;  // signed, perhaps stored

  // -- its nonce is used -------------------------------------------------------------------------
  bool judging = false;
  std::uint32_t missing = 0;  // looks without a receipt of ours
  time_point missing_since{};
  std::uint32_t searches = 0;
  time_point next_search{};
  nonce_use foreign;  // as the only node there is named it first
  time_point foreign_since{};
  std::string doubt;  // why nobody knows; not empty: in_doubt

  // -- over --------------------------------------------------------------------------------------
  std::optional<actors::operation_report> outcome;  // final; being booked
  uint256 cost_wei;                                 // of the mined attempt
  bool booking = false;
  bool end_refused = false;  // by the books

  [[nodiscard]] std::uint64_t nonce() const { return attempts.front().body.nonce; }
};

/// One operation before its row: asked for, not signed or not known to be stored.
struct requested_operation {
  enum class phase : std::uint8_t { checking, pricing, ready, signing, storing };
  actors::send_transaction what;
  phase at = phase::checking;
  unsigned_transaction body;  // without a nonce
  std::vector<caf::typed_response_promise<actors::operation_report>> askers;
};

/// One operation that is in the books as mined in a block which the chain's `finalized` has not
/// reached: a reorganisation may still undo it, and then its bytes are sent again.
struct booked_operation {
  using time_point = caf::actor_clock::time_point;

  operation_id id;
  signed_transaction tx;
  bool reverted = false;
  std::uint64_t block_number = 0;
  bool judging = false;
  std::optional<time_point> missing_since;  // `finalized` is past it, and no receipt is shown
  time_point next_broadcast{};
  std::uint32_t broadcasts = 0;
};

/// The only owner of the account's nonce. Rows first, broadcasts second, receipts decide.
struct wallet_state {
  static inline const char* name = "wallet";
  using time_point = caf::actor_clock::time_point;

  actors::world_ptr w;
  wallet_settings settings;
  transaction_signer signer;
  address account;      // the signer's
  std::string subject;  // of its alerts
  rpc_actor rpc;

  bool ready = false;  // backlog read, chain id right, nonce known
  bool starting = false;
  std::uint64_t next_nonce = 0;
  std::uint64_t mined_count = 0;                 // transactions of the account in the latest block
  std::map<std::uint64_t, open_operation> open;  // by nonce
  std::unordered_map<operation_id, std::uint64_t> nonce_of;
  std::unordered_map<operation_id, requested_operation> requested;
  std::deque<operation_id> to_store;  // priced, in the order of their nonces to be
  std::vector<operation_id> storing;  // the batch that is being signed, or the journal has
  std::vector<signed_transaction> storing_signed;
  bool append_unanswered = false;  // sent to the journal, no word yet
  bool append_again = false;       // outcome unknown: the same rows once more
  bool one_by_one = false;         // a batch was refused: find out which row
  std::unordered_map<operation_id, actors::operation_report> finished;  // the last few
  std::deque<operation_id> finished_order;

  // the chain, as last seen
  bool looking = false;
  time_point next_idle_look{};
  std::uint32_t nodes = 1;
  std::uint64_t head_number = 0;
  time_point head_since{};
  std::optional<std::uint64_t> tagged;  // `finalized`, when a node has said

  // what the nodes' own words taught
  std::uint64_t tip_floor = 0;   // wei
  std::uint64_t tx_fee_cap = 0;  // wei; 0: none heard of

  // what may still be undone
  std::map<std::uint64_t, booked_operation> booked;  // by nonce
  bool reading_gap = false;
  std::optional<time_point> gap_since;
  std::uint64_t gap_from = 0;  // its first nonce
  time_point next_gap_read{};

  // one node's word of far more used nonces than we know of
  std::uint32_t jump_words = 0;  // in a row
  time_point jump_since{};

  // a signer elsewhere
  std::uint32_t signer_silences = 0;  // in a row
  time_point signer_again{};          // not asked before
  bool signer_probed = false;         // is being asked whether it is back

  std::map<std::string, std::string> alerts;  // kind -> text: what lasts
  std::optional<uint256> too_few_coins;       // wei: the balance when something was refused for it
  std::uint64_t sent = 0;
  std::uint64_t bumps = 0;
  std::uint64_t resent = 0;  // after a reorganisation
};

using wallet_self = actors::self_pointer<actors::wallet_actor, wallet_state>;

/// @param signer  a key in this process, or a signer elsewhere: nothing of its is stored that was
///     not asked for. While it does not sign, requests are `unavailable` (a detail of
///     `no_signature`) and use no nonce; what is open goes on.
/// @param rpc  the chain's nodes (make_rpc_actor).
/// Until the backlog is read and the chain id is checked every request is `unavailable`. A call
/// that would revert is refused before anything is stored: errc::internal, its detail starts with
/// `would_revert`.
actors::wallet_actor::behavior_type wallet_behavior(wallet_self self, actors::world_ptr w,
                                                    wallet_settings settings,
                                                    transaction_signer signer, rpc_actor rpc);

inline constexpr std::string_view would_revert = "execution reverted";
/// The detail of `unavailable` when the account cannot pay for the call.
inline constexpr std::string_view no_gas_money = "not enough native coin for gas";
/// The same when nobody signs for it.
inline constexpr std::string_view no_signature = "the transaction cannot be signed now";
/// The detail of a report about one that was asked for and is not known to be stored: it may be
/// soon.
inline constexpr std::string_view being_prepared = "being prepared";

}  // namespace headroom::chain
