#pragma once

#include <string>

/// The texts of the two hot statements. Prepared once per session; each must have one possible plan
/// (docs/decisions/0004). They are written for bets that move users and buffer alike, and throw
/// std::logic_error should the ledger's rule become another.
namespace headroom::persistence {

/// Ends and new bets of a batch in one statement, so that user and buffer are touched once. The
/// rows that really changed feed everything else (postings, sums per user, buffer, the positions of
/// filled bets): a repeated entry moves nothing. The answer has one line per changed user, then one
/// line without a user: how many bets were finished and accepted, and the buffer's row if it was
/// touched; then, only if some were in the books before, the ids of those that were not. Users come
/// before the buffer, and are all found before it is touched: who cannot pay hears that first. A
/// bet must not be accepted and finished by the same statement: the end would not see its row.
[[nodiscard]] std::string write_bets_sql();

/// One new bet, without arrays and sums: a third cheaper for a bet that comes alone. One line, or
/// none when the bet exists.
[[nodiscard]] std::string accept_bet_sql();

}  // namespace headroom::persistence
