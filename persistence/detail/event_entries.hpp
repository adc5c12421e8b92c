#pragma once

#include <span>

#include "domain/events.hpp"
#include "persistence/detail/attempt.hpp"

/// What is heard of a commit is written in it.
namespace headroom::persistence {

enum class writer_of_events : std::uint8_t { journal = 0, terminal = 1 };

/// The first thing in a transaction that writes events and is more than one statement: events are
/// numbered in the order of their commits because the journal is one writer and a terminal has the
/// table for itself. First, so that nobody who holds rows waits for it.
void enter_turn(pqxx::transaction_base& tx, writer_of_events who);

/// Writes what is heard of these entries but for bets, whose statements do it themselves.
void write_events(attempt& a, std::span<const journal_entry> part,
                  std::span<const entry_outcome> outcomes);

/// Lets go of what is older than 30 days, the oldest first and a few thousand at once.
void forget_old_events(attempt& a, timestamp now);

/// An event's subject as it is stored: the bytes of an id or a token, or none.
[[nodiscard]] byte_vector subject_bytes(const event& e);

}  // namespace headroom::persistence
