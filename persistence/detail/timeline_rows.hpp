#pragma once

#include <functional>
#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "domain/timeline.hpp"

/// What the subject's own row, and what stands beside it, say of its story.
namespace headroom::persistence {

/// A subject with the events that its row tells.
struct timeline_row {
  timeline_subject subject;
  std::vector<timeline_event> events{};
  timestamp ended_at{};  // the end of its own story; not set while it goes on
  bool ended = false;
  /// Whether these are the postings that the row should have by now.
  std::function<bool(std::span<const posting>)> sums_up{};
};

/// Nothing: the books have no such row.
[[nodiscard]] std::optional<timeline_row> find_timeline_row(pqxx::transaction_base& tx,
                                                            const timeline_request& asked);

}  // namespace headroom::persistence
