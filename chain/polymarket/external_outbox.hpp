#pragma once

#include <caf/all.hpp>
#include <string>
#include <vector>

#include "actors/atoms.hpp"
#include "domain/bytes.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"

/// The outbox of what goes to REST services: intent before effect, as for transactions. The
/// relayer's actor writes and reads it; who keeps it is wired in.
namespace headroom::chain::polymarket {

enum class external_status : std::uint8_t {
  stored = 0,     // its bytes may be at the service, or not
  accepted = 1,   // the service has it under remote_id
  confirmed = 2,  // it happened
  failed = 3,     // it did not and never will
  in_doubt = 4,   // over, and nobody can say which of the two
};

/// Exact bytes that may be sent again as they are, as often as one likes: signed once for an id.
struct external_operation {
  operation_id id;             // chosen by whoever asked; the same id happens once
  std::string service;         // "polymarket.relayer"
  address account;             // whose sequence it is of: the deposit wallet
  std::uint64_t sequence = 0;  // the wallet's nonce in the bytes
  hash256 request_hash;        // what is signed: EIP-712 digest of the batch
  std::string request;         // the body, exactly
  timestamp give_up_at;        // by the signed deadline; afterwards it cannot happen any more
  std::string purpose;
  external_status status = external_status::stored;
  std::string remote_id;  // "" until the service has told it
  hash256 tx_hash;        // zero until it is known
  std::string detail;     // of an end, for a human
  timestamp created_at;
};

/// The row's state as a whole, however often; answers once it is committed.
struct store_external {
  external_operation row;
};
using external_rows = std::vector<external_operation>;

using external_outbox =
    caf::typed_actor<caf::replies_to<store_external>::with<bool>,
                     // That operation; none: it was never stored.
                     caf::replies_to<actors::get_atom, operation_id>::with<external_rows>,
                     // What is stored or accepted of an account, the oldest first.
                     caf::replies_to<actors::get_atom, address>::with<external_rows>>;

}  // namespace headroom::chain::polymarket

// They stay in this process until the journal has an entry for them.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::polymarket::store_external)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::polymarket::external_rows)
