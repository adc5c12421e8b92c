#pragma once

#include "persistence/database_settings.hpp"
#include "persistence/detail/pg_session.hpp"

namespace headroom::persistence {

/// A session that only reads; `application` is its name in pg_stat_activity. Throws what pqxx
/// throws.
[[nodiscard]] inline session open_reader(const reader_settings& s, const char* application) {
  session_options options;
  options.application = application;
  options.connect_timeout = s.connect_timeout;
  options.statement_timeout = s.statement_timeout;
  options.read_only = true;
  return open_session(s.conninfo, options);
}

}  // namespace headroom::persistence
