#include "persistence/service_starts.hpp"

#include <spdlog/spdlog.h>

#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

void note_start(const std::string& conninfo, timestamp now, const std::string& version) noexcept {
  try {
    session_options options;
    options.application = "headroom start";
    const auto link = open_session(conninfo, options);
    pqxx::work tx{*link};
    tx.exec_params0(
        "INSERT INTO service_starts (started_at, last_heard, version) SELECT time_of($1), greatest("
        " (SELECT created_at FROM events ORDER BY id DESC LIMIT 1),"
        " (SELECT at FROM buffer_history ORDER BY at DESC LIMIT 1)), $2 ON CONFLICT DO NOTHING",
        now.us, clean_text(version));
    tx.exec_params0(
        "DELETE FROM service_starts WHERE started_at < time_of($1) - interval '90 days'", now.us);
    tx.commit();
  } catch (const std::exception& e) {
    spdlog::warn("service.start_not_noted reason=\"{}\"", e.what());
  }
}

}  // namespace headroom::persistence
