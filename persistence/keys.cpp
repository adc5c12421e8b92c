#include "persistence/keys.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// Runs `work` in one committed transaction of its own session.
template <class Work>
auto in_transaction(const std::string& conninfo, Work work) try {
  session_options options;
  options.application = "headroom keys";
  const auto link = open_session(conninfo, options);
  pqxx::work tx{*link};
  auto out = work(tx);
  tx.commit();
  return out;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot reach the service keys: "} + e.what());
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return std::isprint(static_cast<unsigned char>(c)) != 0; }) &&
         name.front() != ' ' && name.back() != ' ';
}

bool add_key(const std::string& conninfo, const service_key& key, const std::string& by) {
  if (key.id.empty() || !is_key_name(key.name) || key.scopes == 0 || key.scopes > all_scopes ||
      !key.created_at.is_set())
    return false;
  return in_transaction(conninfo, [&](pqxx::transaction_base& tx) {
    const auto added = tx.exec_params(
        "INSERT INTO service_keys (id, name, secret_hash, scopes, created_at)"
        " VALUES ($1, $2, $3::bytea, $4, time_of($5)) ON CONFLICT DO NOTHING",
        clean_text(key.id), clean_text(key.name), binary(key.secret_hash.view()),
        static_cast<int>(key.scopes), key.created_at.us);
    if (added.affected_rows() != 1) return false;
    note_action(tx, {by,
                     "key_added",
                     key.id,
                     {{"name", key.name}, {"scopes", std::to_string(key.scopes)}},
                     key.created_at});
    return true;
  });
}

std::vector<service_key> list_keys(const std::string& conninfo) {
  return in_transaction(conninfo, [](pqxx::transaction_base& tx) {
    std::vector<service_key> out;
    for (const auto& row : tx.exec(std::string{"SELECT "} + key_columns +
                                   "FROM service_keys ORDER BY created_at, id"))
      out.push_back(read_key(row));
    return out;
  });
}

bool revoke_key(const std::string& conninfo, const std::string& id, timestamp at,
                const std::string& by) {
  return in_transaction(conninfo, [&](pqxx::transaction_base& tx) {
    const auto known =
        tx.exec_params("SELECT revoked_at IS NULL FROM service_keys WHERE id = $1", clean_text(id));
    if (known.empty()) return false;
    if (!known.front()[0].as<bool>()) return true;
    tx.exec_params0("UPDATE service_keys SET revoked_at = time_of($2) WHERE id = $1",
                    clean_text(id), at.us);
    note_action(tx, {by, "key_revoked", id, {}, at});
    return true;
  });
}

}  // namespace headroom::persistence
