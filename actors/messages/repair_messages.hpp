#pragma once

#include <string>

#include "actors/inspect.hpp"

/// What an operator asks for that the chains are asked about first.
namespace headroom::actors {

/// Who wants it, and on what grounds; both are kept.
struct grounds {
  std::string by;
  std::string reason;
};
HEADROOM_INSPECT(grounds, x.by, x.reason)

/// A final transaction, and which of its transfers to us where it has several.
struct named_transfer {
  hash256 tx;
  bool has_log_index = false;
  std::uint64_t log_index = 0;
  /// Also when the books have explained as much money as there is: by default a transfer that a
  /// replenishment may have booked already is refused.
  bool beyond_books = false;
};
HEADROOM_INSPECT(named_transfer, x.tx, x.has_log_index, x.log_index, x.beyond_books)

/// The conversion on hold arrived by this transfer.
struct settle_conversion {
  conversion_id id;
  named_transfer arrived_by;
  grounds why;
};
HEADROOM_INSPECT(settle_conversion, x.id, x.arrived_by, x.why)

/// Nothing in the books explains this transfer: it becomes the reserve's.
struct adopt_arrival {
  named_transfer arrived_by;
  grounds why;
};
HEADROOM_INSPECT(adopt_arrival, x.arrived_by, x.why)

/// Takes a nonce away from the operation that holds it.
struct cancel_nonce {
  std::string chain;  // "plasma", "polygon" or "base"
  std::uint64_t nonce = 0;
  address account;  // zero: whichever of ours holds it
  grounds why;
};
HEADROOM_INSPECT(cancel_nonce, x.chain, x.nonce, x.account, x.why)

/// Has an account's transactions follow its nonce by the chain again.
struct resync_wallet {
  std::string chain;
  address account;  // zero: all of ours
  grounds why;
};
HEADROOM_INSPECT(resync_wallet, x.chain, x.account, x.why)

/// Ends a bet that stays open, as far as the exchange agrees.
struct resolve_bet {
  bet_id id;
  bool filled = false;  // else failed
  bool given = false;   // the three, where the exchange shows no event
  usdc shares;          // millionths, like money
  usdc spent;
  usdc fee;
  grounds why;
};
HEADROOM_INSPECT(resolve_bet, x.id, x.filled, x.given, x.shares, x.spent, x.fee, x.why)

/// How it ended; a terminal's exit code likewise.
enum class repair_verdict : std::uint8_t {
  done = 0,
  contradicted = 1,  // by the chain
  refused = 2,       // by the books, or nothing of ours is called so
  unreadable = 3,    // books or chain, now: nothing was done
};
struct repair_answer {
  repair_verdict verdict = repair_verdict::done;
  std::string words;  // what was done, or why not
};
HEADROOM_INSPECT(repair_answer, x.verdict, x.words)

}  // namespace headroom::actors
