#pragma once

#include "config/settings.hpp"

namespace headroom::config {

/// Every setting in effect, one a line, as a configuration file with comments: value, who said so,
/// unit and bounds, what it is. Secrets stand in comments, as "set" or "not set", so a file made of
/// this asks for them again. `sources` as load() answers them.
[[nodiscard]] std::string show(const settings& s, const std::map<std::string, source>& sources);

/// All settings with their defaults, as docs/settings.md has them.
[[nodiscard]] std::string describe_all();

}  // namespace headroom::config
