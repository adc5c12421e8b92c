#pragma once

#include "persistence/detail/attempt.hpp"

/// The double-entry moves that the rare entries are made of, one statement each. Bets have theirs
/// inside their own statements.
namespace headroom::persistence {

/// What a posting is about.
struct posting_subject {
  byte_view reference;  // uuid of the deposit, conversion or replenishment
  timestamp at;
};

/// Appends one posting; an amount of zero appends nothing.
void append_posting(attempt& a, const posting_subject& about, posting_kind kind, account debit,
                    account credit, usdc amount);
/// As above, on behalf of a user: debit or credit is account::user.
void append_posting(attempt& a, const posting_subject& about, posting_kind kind, account debit,
                    account credit, usdc amount, const address& user);

/// Adds to reserve, in_transit, capital or conversion_loss; negative takes away.
void add_to_account(attempt& a, account which, std::int64_t delta_micro);

/// Money arrives in the buffer: balance, total_deposited, last_replenished_at.
void add_to_buffer(attempt& a, usdc amount, timestamp at);

/// Money arrives at a user; the first creates the row.
void add_to_user(attempt& a, const address& user, usdc amount, timestamp at);

}  // namespace headroom::persistence
