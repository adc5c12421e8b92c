#include "persistence/detail/sql_failure.hpp"

#include <optional>
#include <string_view>

namespace headroom::persistence {
namespace {

/// The message names the constraint whatever its language; libpqxx 6.4 gives no other access.
errc violated_check(std::string_view message) {
  if (message.find("balance_never_negative") != message.npos) return errc::insufficient_balance;
  if (message.find("buffer_never_negative") != message.npos) return errc::exceeds_max_bet;
  if (message.find("delegation_bounds_hold") != message.npos) return errc::exceeds_delegation;
  if (message.find("position_shares_never_negative") != message.npos)
    return errc::insufficient_shares;
  return errc::invariant_violated;
}

/// Of an entry that the database refuses by a rule of the books; anything else is not its fault.
std::optional<errc> refusal(std::string_view state, std::string_view message) {
  if (state == "23514") return violated_check(message);
  if (state == "23505") {
    const bool booked_twice = message.find("posting_once") != message.npos;
    return booked_twice ? errc::invariant_violated : errc::duplicate;
  }
  if (state == "HR001") return errc::insufficient_balance;  // unknown users own nothing
  if (state == "HR006") return errc::delegation_ended;
  if (state == "HR007") return errc::exceeds_delegation;
  if (state == "HR003") return errc::market_closed;  // it is being paid out
  // Constraints, our own triggers, and values that their column cannot hold.
  if (state.starts_with("23") || state.starts_with("HR") || state.starts_with("22"))
    return errc::invariant_violated;
  return std::nullopt;
}

}  // namespace

sql_failure read_failure(const pqxx::sql_error& e) {
  const std::string_view state = e.sqlstate();
  if (const auto verdict = refusal(state, e.what())) return {sql_consequence::refused, *verdict};
  if (state == "40001" || state == "40P01") return {sql_consequence::conflict, errc::unavailable};
  if (state.starts_with("57P") || state.starts_with("08") || state == "25006" || state == "25P03")
    return {sql_consequence::session_lost, errc::unavailable};
  // The statement's time-out, or a lock's: no entry may be dropped for it, but the same batch again
  // would take as long again.
  if (state == "57014" || state == "55P03") return {sql_consequence::too_slow, errc::unavailable};
  // A full disk, our own SQL or its rights, and whatever is not known here: no entry may be dropped
  // for it, and searching the batch for a guilty one is pointless.
  return {sql_consequence::unavailable, errc::unavailable};
}

}  // namespace headroom::persistence
