#pragma once

#include <chrono>
#include <memory>
#include <pqxx/pqxx>
#include <string>

namespace headroom::persistence {

/// Bounds of one database session. Every wait ends: connecting, a statement, a lock, a dead peer.
struct session_options {
  std::string application = "headroom";
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{10000};
  std::chrono::milliseconds lock_timeout{10000};
  bool read_only = false;
};

using session = std::unique_ptr<pqxx::connection>;

/// Opens a session that never reconnects by itself (libpqxx 6.4 would, silently and without our
/// locks): after pqxx::broken_connection it must be destroyed. Throws what pqxx throws.
[[nodiscard]] session open_session(const std::string& conninfo, const session_options& options);

/// From now on no statement of the session takes longer.
void limit_statements(pqxx::connection& link, std::chrono::milliseconds longest);

/// `conninfo` (URL or key=value) as key=value with time limits and keep-alives where it names none.
/// Throws std::invalid_argument when it cannot be parsed; the text holds no password.
[[nodiscard]] std::string with_time_limits(const std::string& conninfo,
                                           const session_options& options);

}  // namespace headroom::persistence
