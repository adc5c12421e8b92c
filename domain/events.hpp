#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/journal.hpp"

namespace headroom {

/// What can be heard of the house from the outside. Named "<topic>.<what happened>": a stream has
/// topics, a webhook has types. Names are public and never change.
enum class event_type : std::uint8_t {
  bet_placed = 0,             // in the books, on its way to the venue; the whole amount
  bet_filled = 1,             // what it cost: stake and fee
  bet_failed = 2,             // what was given back
  deposit_opened = 3,         // a payment is being settled
  deposit_settled = 4,        // it is proven on chain
  deposit_credited = 5,       // the user may bet it
  deposit_failed = 6,         // it will never arrive
  conversion_opened = 7,      // the amount put in
  conversion_completed = 8,   // what arrived
  conversion_failed = 9,      // given up: a human must look
  balance_changed = 10,       // the user's balance as it is now
  buffer_changed = 11,        // what came into it, below zero: left it; zero: its limits
  position_offered = 12,      // some of its shares, by a sale on its way to the venue
  position_sold = 13,         // what the user got: proceeds less fee
  position_kept = 14,         // the sale failed: the shares are free again
  position_settled = 15,      // what it was paid, zero when it lost; its bets are settled with it
  withdrawal_requested = 16,  // the whole amount
  withdrawal_approved = 17,   // by an operator
  withdrawal_confirmed = 18,  // what arrived
  withdrawal_failed = 19,     // what was given back
  conversion_undone = 20,     // what had arrived, taken back by a reorganisation: it runs again
};
/// "bet.filled".
[[nodiscard]] std::string_view to_string(event_type t) noexcept;
/// "bet".
[[nodiscard]] std::string_view topic_of(event_type t) noexcept;

struct event {
  event_type type;
  /// The id of the bet, sale, deposit, conversion or withdrawal; of a settled position its token,
  /// in decimal;
  /// "" for a balance, the buffer.
  std::string subject;
  std::optional<address> user;  // whose it is, where the entry says so; their row does otherwise
  usdc amount;                  // see the type; zero where the entry has none
  timestamp at;
};

/// What the outside hears of an entry whose commit ended in `outcome`: the entry's own event first,
/// then what it did to a balance and to the buffer. Nothing of one that was refused, or that was in
/// the books before: that was told when it came.
[[nodiscard]] std::vector<event> events_of(const journal_entry& entry,
                                           const entry_outcome& outcome);

}  // namespace headroom
