#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/polymarket/account_settings.hpp"
#include "chain/polymarket/deposit_wallet.hpp"
#include "chain/polymarket/relayer.hpp"

namespace headroom::chain::polymarket {

/// The purpose of what makes the wallet itself (WALLET-CREATE): it has no calls, no nonce and no
/// signature, and where a wallet stands already it changes nothing. Its end is the relayer's word;
/// whether there is a wallet, the chain knows.
inline constexpr std::string_view wallet_creation = "venue.create_wallet";

/// Calls that a deposit wallet is to make, all or none.
struct submit_batch {
  operation_id id;  // the same id is signed once, ever
  std::string purpose;
  std::vector<actors::contract_call> calls;
};

/// in_doubt is an end: nobody can tell, but it cannot happen any more unless it has already (its
/// deadline is over or its nonce used); whoever asked looks at the chain.
enum class batch_state : std::uint8_t { unsent, pending, confirmed, failed, in_doubt };
struct batch_report {
  batch_state state = batch_state::unsent;
  hash256 tx_hash;     // zero when it is not known
  std::string detail;  // of an end
};

/// RELAYER: the batches of one deposit wallet, one at a time; each is stored before it is
/// submitted.
using relayer_actor = actors::status_actor::extend<
    caf::replies_to<submit_batch>::with<batch_report>,  // Takes it over: pending, or its end.
    caf::replies_to<actors::get_atom, operation_id>::with<batch_report>,  // Where does it stand?
    caf::reacts_to<actors::poll_atom>>;                                   // Internal: goes on.

/// The wallet, its owner's key, and what the relayer wants to see of us.
struct relayed_wallet {
  std::string name;  // of the account, for alerts
  address wallet;
  std::uint64_t chain_id = 137;
  address factory;
  std::shared_ptr<const private_key> key;
  std::string api_key;  // RELAYER_API_KEY, bound to the key's address; never logged
};

struct relayer_state {
  static inline const char* name = "relayer";
  using time_point = caf::actor_clock::time_point;

  actors::world_ptr w;
  relayer_settings settings;
  relayed_wallet who;
  address owner;
  http_actor http;
  std::function<actors::external_outbox_actor()> outbox;

  bool ready = false;   // what an earlier life left is read
  bool asking = false;  // one question at a time, to anybody
  std::deque<submit_batch> queue;
  std::optional<external_operation> current;
  bool unstored = false;    // its row must be committed before anything else is done
  bool never_taken = true;  // the relayer cannot have its bytes
  std::uint32_t polls = 0;
  time_point next_step{};
  std::map<operation_id, batch_report> finished;  // the last few
  std::deque<operation_id> finished_order;
  std::uint64_t confirmed = 0;
  std::uint64_t failed = 0;
};

using relayer_self = actors::self_pointer<relayer_actor, relayer_state>;

/// @param outbox  where intents are kept; without one every batch is `unavailable`.
relayer_actor::behavior_type relayer_behavior(
    relayer_self self, actors::world_ptr w, relayer_settings settings, relayed_wallet who,
    http_actor http, std::function<actors::external_outbox_actor()> outbox);

/// Subject: the account's name. A batch that failed, that the relayer did not even try, that it
/// does not end, or our API key that it does not take.
inline constexpr std::string_view relayer_alert = "venue.relayer";

}  // namespace headroom::chain::polymarket

// They never leave the process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::polymarket::submit_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::polymarket::batch_report)
