#pragma once

#include <stdexcept>

#include "persistence/detail/pg_session.hpp"
#include "persistence/pg_store.hpp"

namespace headroom::persistence {

/// The writer's lock was not free within store_settings::writer_wait.
struct writer_locked : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// This node was declared dead, or has left: it writes nothing any more (docs/decisions/0048).
struct writer_replaced : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A session that holds the writer's lock, with the bets' statements prepared. Of a node among
/// others (`incarnation` above 0) also the lock of its life, and it looks behind that lock whether
/// this life still counts. Throws writer_locked, writer_replaced, or what pqxx throws.
[[nodiscard]] session open_writer(const store_settings& settings, std::int64_t incarnation);

}  // namespace headroom::persistence
