#pragma once

#include <pqxx/pqxx>

#include "domain/errc.hpp"

namespace headroom::persistence {

/// What an SQL error means for the attempt that met it.
enum class sql_consequence : std::uint8_t {
  refused,       // an entry of it is at fault: find it, the others may commit
  conflict,      // serialization or deadlock: the same again may succeed
  too_slow,      // it outlived its time: less at once may do
  unavailable,   // no fault of the entries: disk, memory, anything unknown
  session_lost,  // the session is unusable; whether the statement took effect is not known
};

struct sql_failure {
  sql_consequence consequence = sql_consequence::unavailable;
  errc verdict = errc::unavailable;  // of the entry, when refused
};

[[nodiscard]] sql_failure read_failure(const pqxx::sql_error& e);

}  // namespace headroom::persistence
