#include "persistence/pg_timelines.hpp"

#include <spdlog/spdlog.h>

#include "persistence/detail/reader_session.hpp"
#include "persistence/detail/session_holder.hpp"
#include "persistence/detail/timeline_reads.hpp"

namespace headroom::persistence {

pg_timelines::pg_timelines(const reader_settings& settings)
    : session_{std::make_unique<session_holder>(
          [settings] { return open_reader(settings, "headroom timelines"); })} {}

pg_timelines::~pg_timelines() = default;

/// A session that turns out to be lost may just have been idle while PostgreSQL restarted, so a new
/// one is tried once.
std::optional<std::optional<timeline_page>> pg_timelines::read(
    const timeline_request& asked, std::vector<timeline_event> remembered) {
  for (int tries = session_->is_open() ? 2 : 1; tries > 0; --tries) {
    try {
      pqxx::read_transaction tx{session_->get()};
      tx.exec0("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      auto out = read_timeline(tx, asked, remembered);
      tx.commit();
      return out;
    } catch (const std::exception& e) {
      if (session_->may_say("failed")) spdlog::warn("timelines.failed reason=\"{}\"", e.what());
      session_->drop();
      if (dynamic_cast<const pqxx::broken_connection*>(&e) == nullptr) break;
    }
  }
  return std::nullopt;
}

}  // namespace headroom::persistence
