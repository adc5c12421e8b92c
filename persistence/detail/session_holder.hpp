#pragma once

#include <functional>

#include "actors/log_limit.hpp"
#include "persistence/detail/pg_session.hpp"

namespace headroom::persistence {

/// One session, opened when it is needed and forgotten when it is lost; and the log's patience with
/// what goes wrong on it. `open` throws what pqxx throws.
class session_holder {
 public:
  using opener = std::function<session()>;

  explicit session_holder(opener open) : open_{std::move(open)} {}

  pqxx::connection& get() {
    if (!session_) session_ = open_();
    return *session_;
  }
  void drop() { session_.reset(); }
  [[nodiscard]] bool is_open() const noexcept { return session_ != nullptr; }
  /// Of the session's backend; 0 without one.
  [[nodiscard]] int pid() const noexcept { return session_ ? session_->backendpid() : 0; }

  [[nodiscard]] actors::log_limit& lines() noexcept { return lines_; }
  /// Whether a line about this cause may be written now.
  [[nodiscard]] bool may_say(std::string_view cause) {
    return lines_.due(cause, actors::log_limit::time_point::clock::now());
  }

 private:
  opener open_;
  session session_;
  actors::log_limit lines_;
};

}  // namespace headroom::persistence
