#pragma once

#include "config/row.hpp"
#include "config/settings.hpp"

namespace headroom::config {

/// Every setting there is, each in one row, kept in `s`. Reading, checking, showing and
/// docs/settings.md walk over them; a default is what a fresh `settings` holds at that place. A
/// section comes after the one that holds it.
[[nodiscard]] std::vector<section> sections_of(settings& s);
/// Likewise what one of `sources` says.
[[nodiscard]] section section_of(source_setting& x, std::string path);

}  // namespace headroom::config
