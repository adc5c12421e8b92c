#pragma once

#include <optional>
#include <string>

#include "domain/journal.hpp"

namespace headroom::persistence {

/// The end that a human gives to a bet in `placing`, with what it rests on.
struct bet_resolution {
  finish_bet end;
  std::string decided_by;
  std::string evidence;     // the human's words
  std::string chain_words;  // what the exchange said then
};

/// The bet as the books have it. Throws std::runtime_error without a database.
[[nodiscard]] std::optional<bet> find_bet(const std::string& conninfo, const bet_id& id);

/// Stores the evidence and ends the bet, both or none. Beside a running service: rows are locked
/// and changed by deltas as the journal does it, and the bet's actor finds its end in the books.
/// "" or why not: it is not in `placing` (any more), or the books refuse the numbers.
[[nodiscard]] std::string resolve_bet(const std::string& conninfo, const bet_resolution& x);

}  // namespace headroom::persistence
