#include "tests/support/postgres.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <pqxx/pqxx>
#include <stdexcept>

#include "persistence/detail/pg_session.hpp"
#include "persistence/migrations.hpp"

/// Read by LeakSanitizer: libpqxx 6.4 loses its last answer (some 200 bytes) when a session dies.
extern "C" const char* __lsan_default_suppressions() { return "leak:PQmakeEmptyPGresult\n"; }

namespace headroom::test {
namespace {

std::string server() {
  const char* url = std::getenv("HEADROOM_TEST_DATABASE_URL");
  if (url == nullptr)
    throw std::runtime_error(
        "set HEADROOM_TEST_DATABASE_URL to a PostgreSQL server, or use ./dev test");
  return persistence::with_time_limits(url, {});
}

void on_server(const std::string& sql) {
  pqxx::connection link{server()};
  pqxx::nontransaction{link}.exec(sql);
}

std::string next_name() {
  static std::atomic<int> count{0};
  return "headroom_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

void drop(const std::string& name) {
  try {
    on_server("DROP DATABASE " + name + " WITH (FORCE)");
  } catch (const std::exception&) {
    // The private server goes away with its data; a shared one keeps a stray database.
  }
}

/// Migrated once per process; every migrated database is a copy of it.
class migrated_template {
 public:
  migrated_template() : name{next_name()} {
    on_server("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
    persistence::migrate(server() + "dbname=" + name);
  }
  ~migrated_template() { drop(name); }

  const std::string name;
};

}  // namespace

fresh_database::fresh_database(schema wanted)
    : name_{next_name()}, conninfo_{server() + "dbname=" + name_ + " "} {
  std::string from = "template0 ENCODING 'UTF8'";
  if (wanted == schema::migrated) {
    static const migrated_template migrated;
    from = migrated.name;
  }
  on_server("CREATE DATABASE " + name_ + " TEMPLATE " + from);
}

fresh_database::~fresh_database() { drop(name_); }

void fresh_database::run(const std::string& sql) const {
  pqxx::connection link{conninfo_};
  pqxx::work tx{link};
  tx.exec(sql);
  tx.commit();
}

std::string fresh_database::value(const std::string& sql) const {
  pqxx::connection link{conninfo_};
  pqxx::nontransaction tx{link};
  const auto rows = tx.exec(sql);
  return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].as<std::string>();
}

long fresh_database::number(const std::string& sql) const {
  const auto text = value(sql);
  return text.empty() ? 0 : std::stol(text);
}

struct open_transaction::link {
  explicit link(const std::string& conninfo) : connection{conninfo}, tx{connection} {}
  pqxx::connection connection;
  pqxx::work tx;
};

open_transaction::open_transaction(const fresh_database& db, const std::string& sql)
    : link_{std::make_unique<link>(db.conninfo())} {
  link_->tx.exec(sql);
}

open_transaction::~open_transaction() = default;

}  // namespace headroom::test
