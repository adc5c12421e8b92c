#pragma once

#include <map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/x402/open_payments.hpp"
#include "chain/x402/payment_settings.hpp"
#include "chain/x402/x402.hpp"
#include "net/share.hpp"

namespace headroom::chain {

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
using payment_impl = actors::payment_actor::extend<caf::reacts_to<actors::wake_atom>>;
using payment_self = actors::self_pointer<payment_impl, payment_state>;

/// The x402 facilitator, in process: verifies in the official order, first what lasts and then,
/// when asked, what time and chain say; and tells from the chain what became of an authorization.
/// Every refusal is errc::invalid_payment with the protocol's code as detail; a silent node, or a
/// token whose EIP-712 domain is not the configured one, is `unavailable`; a share that is used up
/// is `overloaded`. Sends nothing.
payment_impl::behavior_type payment_behavior(payment_self self, actors::world_ptr w,
                                             payment_settings settings, payment_nodes nodes);

}  // namespace headroom::chain
