#pragma once

#include <cstdint>

namespace headroom {

/// Withdrawals of one user that may be open at once: none takes up the house's places, or its gas,
/// by splitting one into many. The books count them in the commit that accepts the next one, and
/// refuse it with `rate_limited`.
inline constexpr std::int64_t most_open_withdrawals_of_a_user = 64;

}  // namespace headroom
