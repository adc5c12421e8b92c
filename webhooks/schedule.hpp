#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace headroom::webhooks {

using namespace std::chrono_literals;

/// The waits before each try, the first included: the example of Standard Webhooks 1.0.0 ("Retry
/// schedule"), ten tries within 75 hours and 36 minutes.
inline constexpr std::array<std::chrono::seconds, 10> waits{0s, 5s,  5min, 30min, 2h,
                                                            5h, 10h, 14h,  20h,   24h};
inline constexpr std::uint32_t most_tries = waits.size();

/// Not tried so long after it was made, it is given up: the schedule and a day.
inline constexpr std::chrono::hours expired_after{5 * 24};
/// The longest wait that a receiver may ask for, of one delivery and of all that are its.
inline constexpr std::chrono::seconds longest_asked{6h};
inline constexpr std::chrono::seconds longest_pause{60s};

/// After so many tries that failed; nothing when there are no more.
/// @param pace   of the schedule's waits: 1, less in tests
/// @param noise  evenly spread: up to a tenth more, so that what failed together does not come
///               back together
/// @param asked  Retry-After: waited for where it is longer, within its bound
[[nodiscard]] std::optional<std::chrono::milliseconds> wait_after(
    std::uint32_t tries, double pace, std::uint64_t noise,
    std::optional<std::chrono::seconds> asked);

}  // namespace headroom::webhooks
