#include "persistence/payers.hpp"

#include <spdlog/spdlog.h>

#include "persistence/detail/reader_session.hpp"
#include "persistence/detail/session_holder.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

payers::payers(const reader_settings& settings)
    : session_{std::make_unique<session_holder>(
          [settings] { return open_reader(settings, "headroom payers"); })} {}

payers::~payers() = default;

/// A session that turns out to be lost may just have been idle while PostgreSQL restarted, so a new
/// one is tried once.
std::optional<std::vector<std::uint64_t>> payers::chains_of(const address& user) {
  for (int tries = session_->is_open() ? 2 : 1; tries > 0; --tries) {
    try {
      pqxx::read_transaction tx{session_->get()};
      std::vector<std::uint64_t> out;
      for (const auto& row : tx.exec_params("SELECT DISTINCT chain_id FROM deposits WHERE"
                                            " user_address = $1::bytea AND credited_at IS NOT NULL",
                                            binary(user.view())))
        out.push_back(row[0].as<std::uint64_t>());
      tx.commit();
      return out;
    } catch (const std::exception& e) {
      if (session_->may_say("failed")) spdlog::warn("payers.failed reason=\"{}\"", e.what());
      session_->drop();
      if (dynamic_cast<const pqxx::broken_connection*>(&e) == nullptr) break;
    }
  }
  return std::nullopt;
}

}  // namespace headroom::persistence
