#pragma once

#include "tests/simulation/people.hpp"

namespace headroom::test {

/// The books as they must be, computed from what the outside did and nothing else. "" when they
/// are.
std::string compare_with_model(outside& out, const people& all);

/// Its parts about money out and about conversions. The first adds to `paid` what each user's
/// withdrawals took, fee included, and to `left` what of it left the buffer.
std::string compare_withdrawals(outside& out, const people& all, std::map<address, usdc>& paid,
                                usdc& left);
std::string compare_conversions(const outside& out);

}  // namespace headroom::test
