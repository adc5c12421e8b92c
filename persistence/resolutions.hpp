#pragma once

#include <optional>
#include <string>

#include "domain/journal.hpp"

namespace headroom::persistence {

/// The end that a human gives to an order in `placing`, with what it rests on.
template <class Ending>
struct resolution {
  Ending end;
  std::string decided_by;
  std::string evidence;     // the human's words
  std::string chain_words;  // what the exchange said then
};
using bet_resolution = resolution<finish_bet>;
using sale_resolution = resolution<finish_sale>;

/// The order as the books have it. Throws std::runtime_error without a database.
[[nodiscard]] std::optional<bet> find_order(const std::string& conninfo, const bet_id& id);
[[nodiscard]] std::optional<sale> find_order(const std::string& conninfo, const sale_id& id);

/// Stores the evidence and ends the order, both or none. Beside a running service: rows are locked
/// and changed by deltas as the journal does it, and the order's actor finds its end in the books.
/// "" or why not: it is not in `placing` (any more), or the books refuse the numbers.
[[nodiscard]] std::string resolve_order(const std::string& conninfo, const bet_resolution& x);
[[nodiscard]] std::string resolve_order(const std::string& conninfo, const sale_resolution& x);

}  // namespace headroom::persistence
