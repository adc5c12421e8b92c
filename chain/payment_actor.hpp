#pragma once

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/finality.hpp"
#include "chain/open_payments.hpp"
#include "chain/rpc_bridge.hpp"
#include "chain/x402.hpp"

namespace headroom::chain {

struct payment_settings {
  x402::terms terms;
  address relayer;  // who submits: simulations are made in its name
  finality_rule finality;
  std::uint64_t logs_chunk = 2'000;  // blocks per eth_getLogs
  std::uint32_t logs_chunks = 50;    // how far back a used authorization is looked for
  std::size_t max_in_flight = 256;   // verifications and findings at once
  /// For one settlement. A payer that is a contract decides how much its signature check burns, and
  /// it is our gas.
  std::uint64_t most_gas = 400'000;
  /// How long a payer's balance stays reserved for a payment that nobody asks about any more: more
  /// than the pause between two looks of its owner.
  std::chrono::milliseconds hold{60'000};
  std::chrono::milliseconds domain_check{300'000};
  std::chrono::milliseconds domain_retry{1'000};
};

/// The token's own word on the domain that payers sign under.
enum class domain_state : std::uint8_t { unknown = 0, matches = 1, differs = 2 };

struct payment_state {
  static inline const char* name = "payment";

  actors::world_ptr w;
  payment_settings settings;
  rpc_actor rpc;
  domain_state domain = domain_state::unknown;
  std::size_t in_flight = 0;
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
/// token whose EIP-712 domain is not the configured one, is `unavailable`. Sends nothing.
payment_impl::behavior_type payment_behavior(payment_self self, actors::world_ptr w,
                                             payment_settings settings, rpc_actor rpc);

}  // namespace headroom::chain
