#include "persistence/migrations.hpp"

#include "persistence/detail/pg_session.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* migration_lock = "5207640305734076242";  // "HEADMIGR" in ASCII

session_options patient() {
  session_options out;
  out.application = "headroom migrate";
  out.statement_timeout = std::chrono::minutes{10};
  out.lock_timeout = std::chrono::minutes{1};
  return out;
}

std::string checksum_of(pqxx::transaction_base& tx, const migration& step) {
  return tx
      .exec_params1("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", std::string{step.sql})
      .front()
      .as<std::string>();
}

/// How many of `steps` the database has. Throws when it has others.
std::size_t applied_steps(pqxx::transaction_base& tx, std::span<const migration> steps) {
  if (tx.exec1("SELECT to_regclass('schema_migrations') IS NULL").front().as<bool>()) return 0;
  const auto rows =
      tx.exec("SELECT version, name, checksum FROM schema_migrations ORDER BY version");
  std::size_t known = 0;
  for (const auto& row : rows) {
    const auto name = row[1].as<std::string>();
    if (known == steps.size())
      throw schema_error("the database has migration " + name +
                         ", which this binary does not know");
    const auto& step = steps[known];
    if (row[0].as<int>() != step.version || name != step.name ||
        row[2].as<std::string>() != checksum_of(tx, step))
      throw schema_error("migration " + name + " in the database is not this binary's " +
                         std::string{step.name});
    ++known;
  }
  return known;
}

void apply(pqxx::connection& link, const migration& step) {
  pqxx::work tx{link};
  tx.exec(std::string{step.sql});
  tx.exec_params0("INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                  step.version, std::string{step.name}, checksum_of(tx, step));
  tx.commit();
}

}  // namespace

migration_report migrate(const std::string& conninfo) {
  return migrate(conninfo, all_migrations());
}

migration_report migrate(const std::string& conninfo, std::span<const migration> steps) try {
  const auto link = open_session(conninfo, patient());
  std::size_t known = 0;
  {
    pqxx::nontransaction tx{*link};  // the lock is the session's: it ends with this function
    tx.exec(std::string{"SELECT pg_advisory_lock("} + migration_lock + ")");
    tx.exec(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY,"
        " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT "
        "now())");
    known = applied_steps(tx, steps);
  }
  migration_report report;
  for (const auto& step : steps.subspan(known)) {
    apply(*link, step);
    ++report.applied;
  }
  if (!steps.empty()) report.version = steps.back().version;
  return report;
} catch (const schema_error&) {
  throw;
} catch (const std::exception& e) {
  throw schema_error(std::string{"cannot migrate the database: "} + e.what());
}

void check_schema(const std::string& conninfo) try {
  const auto steps = all_migrations();
  const auto link = open_session(conninfo, {});
  pqxx::nontransaction tx{*link};
  const auto known = applied_steps(tx, steps);
  if (known != steps.size())
    throw schema_error("the database lacks migration " + std::string{steps[known].name} +
                       ": run `headroom migrate`");
} catch (const schema_error&) {
  throw;
} catch (const std::exception& e) {
  throw schema_error(std::string{"cannot read the database's schema: "} + e.what());
}

}  // namespace headroom::persistence
