#pragma once

#include <filesystem>

namespace headroom::test {

/// The root of the tree that the tests were built from. Its path is compiled into one file alone,
/// so that all clones on a machine share the compiler's cache.
[[nodiscard]] std::filesystem::path source_tree();

}  // namespace headroom::test
