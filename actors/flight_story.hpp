#pragma once

#include <vector>

#include "actors/flight_ring.hpp"
#include "domain/timeline.hpp"

namespace headroom::actors {

/// What the ring has of a subject (a uuid's 16 bytes) as events of its story, not kept by the
/// books: the newest 1,000. Messages have no contents here, so nothing needs to be hidden.
[[nodiscard]] std::vector<timeline_event> flight_story(const flight_ring& ring, byte_view subject);

/// Whose lane a message is of, by its name: "answer: committed" is the journal's.
[[nodiscard]] timeline_lane lane_of_message(std::string_view name) noexcept;

}  // namespace headroom::actors
