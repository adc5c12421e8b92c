#pragma once

#include "config/settings.hpp"

namespace headroom {

/// Runs the service until SIGINT or SIGTERM, then drains. Returns the process's exit code.
/// Prints one line "headroom listening on http://..." on stdout once it answers.
int serve(const config::settings& settings);

}  // namespace headroom
