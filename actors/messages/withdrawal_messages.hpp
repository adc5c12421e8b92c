#pragma once

#include <string>

#include "actors/inspect.hpp"

/// Money out: as users ask for it, as operators decide about it, as it is paid.
namespace headroom::actors {

/// A withdrawal as the user asked for it. `id` derives from the idempotency key, so a repeat finds
/// it.
struct request_withdrawal {
  withdrawal_id id;
  address user;
  address to;
  usdc amount;         // the whole of it, fee included
  timestamp deadline;  // from then on it is not accepted; what was accepted is paid
  hash256 request_hash;
  std::string by{};  // who asks: "key:<id>" or "user:<address>"
};
HEADROOM_INSPECT(request_withdrawal, x.id, x.user, x.to, x.amount, x.deadline, x.request_hash, x.by)

// -- what operators say --------------------------------------------------------------------------

/// Approves one that waits for it, or refuses one of which nothing is on its way. Repeats safely.
struct decide_withdrawal {
  withdrawal_id id;
  bool approve = false;
  std::string by;      // "key:<id>", "cli:<name>"
  std::string reason;  // of a refusal: its user reads it
};
HEADROOM_INSPECT(decide_withdrawal, x.id, x.approve, x.by, x.reason)

/// Stops withdrawals, or lets them go on. What has a transaction already goes on in any case.
struct pause_withdrawals {
  bool paused = false;
  std::string by;
  std::string reason;
};
HEADROOM_INSPECT(pause_withdrawals, x.paused, x.by, x.reason)

struct withdrawals_view {
  bool known = false;  // the books were read
  bool paused = false;
};
HEADROOM_INSPECT(withdrawals_view, x.known, x.paused)

// -- the payment ---------------------------------------------------------------------------------

/// One transfer of USDC on Polygon, by its operation: the same id is sent once, ever.
struct transfer_usdc {
  operation_id id;
  address to;
  usdc amount;
  bool may_send = true;  // else it is only looked at
  /// Although it would revert by a node's word: then the chain itself says so, in a receipt.
  bool prove_revert = false;
};
HEADROOM_INSPECT(transfer_usdc, x.id, x.to, x.amount, x.may_send, x.prove_revert)

enum class transfer_state : std::uint8_t {
  unsent = 0,     // nothing is in the outbox; `detail` says what it waits for
  under_way = 1,  // stored, perhaps mined, not final: ask again
  done = 2,       // by a final receipt that shows this transfer
  reverted = 3,   // its receipt is final and says so: nothing moved
  dropped = 4,    // its nonce went to another transaction, named in a final block: likewise
  unknown = 5,    // it may have been paid: nothing is sent in its place
};
struct transfer_progress {
  transfer_state state = transfer_state::unsent;
  hash256 tx_hash;
  std::string detail;
  bool would_revert = false;  // unsent: a node says that the call reverts now
};
HEADROOM_INSPECT(transfer_progress, x.state, x.tx_hash, x.detail, x.would_revert)

}  // namespace headroom::actors
