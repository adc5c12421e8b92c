#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace headroom::test {

/// Everything in the tree at `root` that breaks the house's rules, one line each: "file:line: why".
/// Empty means clean. Reads source text only; the rules themselves stand in rules.cpp as tables.
[[nodiscard]] std::vector<std::string> broken_rules(const std::filesystem::path& root);

/// How many source files and includes a check has looked at: a check of nothing proves nothing.
struct census {
  std::size_t files = 0;
  std::size_t includes = 0;
};
[[nodiscard]] census census_of(const std::filesystem::path& root);

}  // namespace headroom::test
