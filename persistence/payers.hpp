#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "domain/bytes.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

class session_holder;

/// Where users have paid, on a session of its own: strangers cause this question. Not thread-safe;
/// blocks for no longer than the settings' timeouts.
class payers {
 public:
  explicit payers(const reader_settings& settings);
  ~payers();

  /// The chains on which the user's deposits were credited, also those that were undone since;
  /// nothing: the database does not answer.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> chains_of(const address& user);

 private:
  std::unique_ptr<session_holder> session_;
};

}  // namespace headroom::persistence
