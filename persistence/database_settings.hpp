#pragma once

#include <chrono>
#include <string>

#include "domain/money_source.hpp"

/// The sessions of one database. Defaults are for production and stand here alone; config/ gives
/// them names, units and bounds.
namespace headroom::persistence {

inline constexpr std::chrono::milliseconds usual_connect_timeout{5'000};

struct store_settings {
  std::string conninfo;  // URL or key=value
  std::chrono::milliseconds connect_timeout = usual_connect_timeout;
  std::chrono::milliseconds statement_timeout{10'000};  // of the journal's commits
  /// How long a new session waits for the writer's lock: until an earlier one is really gone.
  std::chrono::milliseconds writer_wait{10'000};
};

struct reader_settings {
  std::string conninfo;  // URL or key=value
  std::chrono::milliseconds connect_timeout = usual_connect_timeout;
  std::chrono::milliseconds statement_timeout{5'000};  // of one read beside the journal
  money_source backing{};  // the buffer's own token, with which users may pay too
};

}  // namespace headroom::persistence
