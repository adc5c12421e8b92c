#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/membership_port.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

struct membership_settings {
  std::string conninfo;  // URL or key=value
  std::chrono::milliseconds connect_timeout = usual_connect_timeout;
  std::chrono::milliseconds statement_timeout{1'000};  // of a heartbeat
  std::chrono::milliseconds dead_after{1'500};
};

/// Membership in the database's tables (migration 0029), by a session of its own: it holds the
/// heart's lock of its life. Each new session says that this node could not be heard until now.
class pg_membership final : public actors::membership_store {
 public:
  explicit pg_membership(const membership_settings& settings);
  ~pg_membership() override;

  std::int64_t enter(const actors::node_card& card) override;
  actors::heartbeat_answer beat(std::int64_t me) override;
  actors::take_answer take(std::int64_t me, actors::proof of) override;
  void leave(std::int64_t me) override;

 private:
  class link;
  std::unique_ptr<link> link_;
};

}  // namespace headroom::persistence
