#pragma once

#include <map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/x402/open_payments.hpp"
#include "chain/x402/x402.hpp"
#include "net/share.hpp"

namespace headroom::chain {

struct payment_settings {
  x402::terms terms;
  address relayer;  // who submits: simulations are made in its name
  finality_rule finality;
  std::uint64_t logs_chunk = 2'000;  // blocks per eth_getLogs
  std::uint32_t logs_chunks = 50;    // how far back a used authorization is looked for
  std::size_t max_findings = 256;    // of stored payments, at once
  /// Strangers' share of the chain: payments under verification, at once and a second (each costs
  /// about five calls). A quarter of it is for signatures that only a contract can judge.
  std::size_t checks_at_once = 64;
  double checks_per_second = 50;
  /// What somebody else submitted is searched for, which costs many calls: for payments of
  /// strangers so many pieces of the log, so many searches at once and a second, and none again
  /// soon.
  std::uint32_t strangers_chunks = 8;
  std::size_t searches_at_once = 4;
  double searches_per_second = 2;
  std::chrono::milliseconds search_again{30'000};
  /// What a payer's contract may burn to judge its signature: at a settlement it is our gas.
  std::uint64_t signature_gas = 600'000;
  /// How long a payer's balance stays reserved for a payment that nobody asks about any more: more
  /// than the pause between two looks of its owner.
  std::chrono::milliseconds hold{60'000};
  std::chrono::milliseconds domain_check{300'000};
  std::chrono::milliseconds domain_retry{1'000};
};

/// The nodes of the deposit chain, by two clients with connections and bounds of their own, so that
/// what strangers ask delays nobody else.
struct payment_nodes {
  rpc_actor settlements;  // for payments in the books; wallets may share it
  rpc_actor strangers;    // for payments that anybody may send us
};

/// The token's own word on the domain that payers sign under.
enum class domain_state : std::uint8_t { unknown = 0, matches = 1, differs = 2 };

struct payment_state {
  static inline const char* name = "payment";

  actors::world_ptr w;
  payment_settings settings;
  payment_nodes nodes;
  domain_state domain = domain_state::unknown;
  net::share checks;           // verifications
  net::share contract_checks;  // signatures that a contract judges
  net::share searches;         // for the use of a stranger's authorization
  std::map<std::pair<address, hash256>, caf::actor_clock::time_point> searched_in_vain;
  std::size_t findings = 0;
  open_payments open;
  std::uint64_t verified = 0;
  std::uint64_t refused = 0;
  std::uint64_t unreadable = 0;
};

/// What only this actor sends itself.
using payment_impl = actors::payment_actor::extend<caf::reacts_to<actors::tick_atom>>;
using payment_self = actors::self_pointer<payment_impl, payment_state>;

/// The x402 facilitator, in process: verifies in the official order, first what lasts and then,
/// when asked, what time and chain say; and tells from the chain what became of an authorization.
/// Every refusal is errc::invalid_payment with the protocol's code as detail; a silent node, or a
/// token whose EIP-712 domain is not the configured one, is `unavailable`; a share that is used up
/// is `overloaded`. Sends nothing.
payment_impl::behavior_type payment_behavior(payment_self self, actors::world_ptr w,
                                             payment_settings settings, payment_nodes nodes);

}  // namespace headroom::chain
