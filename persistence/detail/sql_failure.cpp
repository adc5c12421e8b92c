#include "persistence/detail/sql_failure.hpp"

#include <string_view>

namespace headroom::persistence {
namespace {

/// The message names the constraint whatever its language; libpqxx 6.4 gives no other access.
errc violated_check(std::string_view message) {
  if (message.find("balance_never_negative") != message.npos) return errc::insufficient_balance;
  if (message.find("buffer_never_negative") != message.npos) return errc::exceeds_max_bet;
  return errc::invariant_violated;
}

}  // namespace

sql_failure read_failure(const pqxx::sql_error& e) {
  const std::string_view state = e.sqlstate();
  const auto group = state.substr(0, 2);
  const auto refused = [](errc verdict) { return sql_failure{sql_consequence::refused, verdict}; };
  if (state == "23514") return refused(violated_check(e.what()));
  if (state == "23505") {
    const bool booked_twice = std::string_view{e.what()}.find("posting_once") != std::string::npos;
    return refused(booked_twice ? errc::invariant_violated : errc::duplicate);
  }
  if (state == "HR001") return refused(errc::insufficient_balance);  // unknown users own nothing
  if (group == "23" || state == "22003") return refused(errc::invariant_violated);  // overflow
  if (state == "40001" || state == "40P01") return {sql_consequence::conflict, errc::unavailable};
  if (state.starts_with("57P") || group == "08" || state == "25006" || state == "25P03")
    return {sql_consequence::session_lost, errc::unavailable};
  // 42: our own SQL or its rights are wrong. Searching the batch for a guilty entry is pointless.
  if (group == "42" || group == "53" || group == "55" || group == "57" || group == "58")
    return {sql_consequence::unavailable, errc::unavailable};
  return refused(errc::internal);
}

}  // namespace headroom::persistence
