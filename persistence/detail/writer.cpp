#include "persistence/detail/writer.hpp"

#include "persistence/detail/entries.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* writer_lock = "5207640305818357581";  // "HEADROOM" in ASCII

std::string holder_of_lock(pqxx::connection& link) {
  pqxx::nontransaction tx{link};
  const auto rows =
      tx.exec(std::string{"SELECT l.pid, coalesce(a.application_name, '?') FROM pg_locks l"
                          " LEFT JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
                          " AND l.granted AND l.objsubid = 1 AND l.database ="
                          " (SELECT oid FROM pg_database WHERE datname = current_database())"
                          " AND ((l.classid::bigint << 32) | l.objid::bigint) = "} +
              writer_lock);
  if (rows.empty()) return "a session that has just ended";
  return "backend " + rows[0][0].as<std::string>() + " (" + rows[0][1].as<std::string>() + ")";
}

/// First the lock, then the look: whoever buries this life holds the lock until it is written that
/// it is dead, so a look before the lock could see it alive.
void prove_life(pqxx::connection& link, std::int64_t incarnation) {
  pqxx::nontransaction tx{link};
  tx.exec(
      "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3");
  tx.exec_params("SELECT pg_advisory_lock(4712, $1::int)", incarnation);
  const auto rows = tx.exec_params(
      "SELECT 1 FROM cluster_units u JOIN cluster_nodes n ON n.incarnation = u.owner"
      " WHERE u.role = 'house' AND u.owner = $1 AND n.state = 'up'",
      incarnation);
  if (rows.empty())
    throw writer_replaced("incarnation " + std::to_string(incarnation) +
                          " does not keep the house any more");
}

void take_lock(pqxx::connection& link) try {
  pqxx::nontransaction tx{link};
  tx.exec(std::string{"SELECT pg_advisory_lock("} + writer_lock + ")");
} catch (const pqxx::sql_error& e) {
  if (e.sqlstate() != "55P03" && e.sqlstate() != "57014") throw;  // lock or statement timed out
  throw writer_locked("another headroom writes to this database: " + holder_of_lock(link));
}

}  // namespace

session open_writer(const store_settings& settings, std::int64_t incarnation) {
  session_options options;
  options.application = "headroom journal";
  options.connect_timeout = settings.connect_timeout;
  options.statement_timeout = settings.statement_timeout;
  options.lock_timeout = settings.writer_wait;
  auto out = open_session(settings.conninfo, options);
  // Opening is no statement of a batch: it has a time of its own, however short theirs is.
  limit_statements(*out, settings.connect_timeout + settings.writer_wait);
  if (incarnation > 0) prove_life(*out, incarnation);
  take_lock(*out);
  {
    // Every statement of the writer is a look-up by key, also while the tables are small or their
    // statistics old: plans made then are kept, so the planner gets no choice.
    pqxx::nontransaction tx{*out};
    tx.exec(
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;"
        "SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
        "SET enable_memoize = off");
  }
  prepare_bet_entries(*out);
  limit_statements(*out, settings.statement_timeout);
  return out;
}

}  // namespace headroom::persistence
