#pragma once

#include "tests/simulation/people.hpp"

namespace headroom::test {

/// The books as they must be, computed from what the outside did and nothing else. "" when they
/// are.
std::string compare_with_model(outside& out, const people& all);

}  // namespace headroom::test
