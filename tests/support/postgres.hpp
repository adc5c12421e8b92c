#pragma once

#include <memory>
#include <string>

namespace headroom::test {

/// A fresh database for one test, on the server that HEADROOM_TEST_DATABASE_URL names (`./dev test`
/// starts a private one). Dropped at the end, whoever is still connected. Throws std::runtime_error
/// with one sentence when there is no server.
class fresh_database {
 public:
  enum class schema { none, migrated };
  explicit fresh_database(schema wanted = schema::migrated);
  ~fresh_database();
  fresh_database(const fresh_database&) = delete;
  fresh_database& operator=(const fresh_database&) = delete;

  /// key=value text; more of it may be appended.
  [[nodiscard]] const std::string& conninfo() const noexcept { return conninfo_; }

  /// Runs SQL (several statements are fine) on a session of its own and commits.
  void run(const std::string& sql) const;
  /// The first field of the first row as text, "" for NULL or no row.
  [[nodiscard]] std::string value(const std::string& sql) const;
  [[nodiscard]] long number(const std::string& sql) const;

 private:
  std::string name_;
  std::string conninfo_;
};

/// A transaction that stays open while the test looks at what it blocks.
class open_transaction {
 public:
  open_transaction(const fresh_database& db, const std::string& sql);
  ~open_transaction();  // rolls back

 private:
  struct link;
  std::unique_ptr<link> link_;
};

}  // namespace headroom::test
