#include "tests/support/source_tree.hpp"

namespace headroom::test {

std::filesystem::path source_tree() { return HEADROOM_SOURCE; }

}  // namespace headroom::test
