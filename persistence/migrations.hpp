#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace headroom::persistence {

/// One step of the schema, `migrations/<version>_<name>.sql`. Forward only: never edited once
/// committed, because its checksum is compared on every start.
struct migration {
  int version;
  std::string_view name;  // file name without ".sql"
  std::string_view sql;
};

/// What this binary knows, in order.
[[nodiscard]] std::span<const migration> all_migrations();

/// The database cannot be brought to, or is not at, this binary's schema; the text is for
/// operators.
struct schema_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct migration_report {
  int applied = 0;  // in this run
  int version = 0;  // of the schema now
};

/// Applies what is missing, each in one transaction, under a lock, so that two may run at once.
/// Throws schema_error: no connection, a changed or unknown migration, a failing statement.
migration_report migrate(const std::string& conninfo);

/// As above with other steps (tests).
migration_report migrate(const std::string& conninfo, std::span<const migration> steps);

/// Throws schema_error unless the database is exactly at this binary's schema.
void check_schema(const std::string& conninfo);

}  // namespace headroom::persistence
