#pragma once

#include <stdexcept>

#include "persistence/detail/pg_session.hpp"
#include "persistence/pg_store.hpp"

namespace headroom::persistence {

/// The writer's lock was not free within store_settings::writer_wait.
struct writer_locked : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A session that holds the writer's lock, with the bets' statements prepared. Throws
/// writer_locked, or what pqxx throws.
[[nodiscard]] session open_writer(const store_settings& settings);

}  // namespace headroom::persistence
