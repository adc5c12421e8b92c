#pragma once

#include <memory>

#include "actors/records_actor.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

class session_holder;

/// What operators read, on a session of its own. While PostgreSQL is down every answer is empty.
/// Not thread-safe; blocks for no longer than the settings' timeouts.
class pg_records final : public actors::house_records {
 public:
  explicit pg_records(const reader_settings& settings);
  ~pg_records() override;

  std::optional<buffer_course> course_of_buffer(const course_filter& filter) override;
  std::optional<deed_page> list_deeds(const deed_filter& filter) override;
  std::optional<unsettled_markets> list_unsettled(std::uint32_t limit) override;

 private:
  std::unique_ptr<session_holder> session_;
};

}  // namespace headroom::persistence
