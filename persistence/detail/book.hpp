#pragma once

#include "domain/ledger.hpp"
#include "persistence/detail/attempt.hpp"

/// How entries move money: their postings, and every stored total that those change, by the rule of
/// domain/ledger.hpp. Bets have statements of their own (bet_entries.cpp).
namespace headroom::persistence {

/// Posts what `moves` says. Refused by the database when a total would become what it must not be.
void post(attempt& a, const entry_moves& moves);

/// As above; nothing when these postings are in the books already.
void post_once(attempt& a, const entry_moves& moves);

}  // namespace headroom::persistence
