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

}  // namespace headroom
