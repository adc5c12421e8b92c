#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace headroom {

/// How long to wait before the next try: `first` after none, twice as long after each one more, at
/// most `longest`.
[[nodiscard]] constexpr std::chrono::milliseconds backoff(
    std::chrono::milliseconds first, std::uint32_t tries,
    std::chrono::milliseconds longest) noexcept {
  auto wait = first;
  while (tries-- > 0 && wait.count() > 0 && wait < longest) wait *= 2;
  return std::min(wait, longest);
}

/// From half of `wait` to all of it, both included, as `noise` (evenly spread) says: many who were
/// cut off at once do not come back at once.
[[nodiscard]] constexpr std::chrono::milliseconds jittered(std::chrono::milliseconds wait,
                                                           std::uint64_t noise) noexcept {
  if (wait.count() <= 0) return wait;
  const auto least = wait.count() - wait.count() / 2;
  const auto spread = static_cast<std::uint64_t>(wait.count() / 2) + 1;
  return std::chrono::milliseconds{least + static_cast<std::int64_t>(noise % spread)};
}

}  // namespace headroom
