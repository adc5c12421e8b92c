#pragma once

#include <string>

#include "domain/time.hpp"

namespace headroom::persistence {

/// Notes that the service starts now, with the newest thing that the books have heard before: so a
/// gap in a story can be told from silence. Keeps 90 days. Never throws: a start that cannot be
/// noted is logged, and is a start all the same.
void note_start(const std::string& conninfo, timestamp now, const std::string& version) noexcept;

}  // namespace headroom::persistence
