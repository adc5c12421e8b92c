#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"

/// What is taken, given back and known of balances and of the buffer.
namespace headroom::actors {

/// Takes `amount` for `hold`, tentatively: until the journal committed it or `release` undoes it.
/// Repeating it for the same hold changes nothing.
struct deduct {
  hold_id hold;
  usdc amount;
  usdc user_available;  // for the buffer's refusal text: what the user could bet before this
  hold_kind kind = hold_kind::bet;  // for the words of a refusal
};
HEADROOM_INSPECT(deduct, x.hold, x.amount, x.user_available, x.kind)

/// Undoes a tentative deduction that was not committed. Repeats safely.
struct release {
  hold_id hold;
};
HEADROOM_INSPECT(release, x.hold)

/// Whoever held it died before the journal's word was heard: find out, then settle or undo. `kind`
/// says what the books are to be asked for.
struct abandoned {
  hold_id hold;
  hold_kind kind = hold_kind::bet;
};
HEADROOM_INSPECT(abandoned, x.hold, x.kind)

/// The journal's word on a user's row; ends `hold` (zero id: none).
struct balance_committed {
  hold_id hold;
  usdc balance;
  std::int64_t version = 0;
};
HEADROOM_INSPECT(balance_committed, x.hold, x.balance, x.version)

/// The journal's word on the buffer; ends the holds of what was accepted with it.
struct buffer_committed {
  buffer_row row;
  std::vector<hold_id> accepted;
};
HEADROOM_INSPECT(buffer_committed, x.row, x.accepted)

/// What a conversion had brought may be on the chain no more: nothing is paid of `amount` until the
/// next word about it. Zero ends it.
struct hold_back {
  conversion_id arrival;
  usdc amount;
};
HEADROOM_INSPECT(hold_back, x.arrival, x.amount)

struct balance_view {
  usdc available;  // committed minus tentative deductions
  usdc committed;
  usdc buffer_available;
};
HEADROOM_INSPECT(balance_view, x.available, x.committed, x.buffer_available)

/// New limits; `set_*` says which of them change. set_max without has_max removes the cap.
struct buffer_limits {
  bool set_min = false;
  usdc min_size;
  bool set_max = false;
  bool has_max = false;
  usdc max_size;
  std::string by{};  // who asks
};
HEADROOM_INSPECT(buffer_limits, x.set_min, x.min_size, x.set_max, x.has_max, x.max_size, x.by)

/// The operator's money: all of it in `amount`, the buffer decides what the cap sends to the
/// reserve.
struct replenish_buffer {
  replenish_id id;
  usdc amount;
  std::string reference;
  std::string by{};  // who asks
};
HEADROOM_INSPECT(replenish_buffer, x.id, x.amount, x.reference, x.by)

}  // namespace headroom::actors
