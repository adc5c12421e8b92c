#pragma once

#include <memory>

#include "actors/timeline_actor.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

class session_holder;

/// Stories from the books, on a session of its own that only reads: each page is one snapshot. A
/// lost session is opened anew at the next use. Not thread-safe.
class pg_timelines final : public actors::timeline_reader {
 public:
  explicit pg_timelines(const reader_settings& settings);
  ~pg_timelines() override;

  std::optional<std::optional<timeline_page>> read(const timeline_request& asked,
                                                   std::vector<timeline_event> remembered) override;

 private:
  std::unique_ptr<session_holder> session_;
};

}  // namespace headroom::persistence
