#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace headroom::bench {

/// Of measured times, in microseconds.
struct spread {
  std::uint32_t p50 = 0;
  std::uint32_t p99 = 0;
  std::uint32_t most = 0;

  /// For a program's answer: [p50, p99, most].
  [[nodiscard]] std::string json() const {
    return '[' + std::to_string(p50) + ", " + std::to_string(p99) + ", " + std::to_string(most) +
           ']';
  }
};

[[nodiscard]] inline spread spread_of(std::vector<std::uint32_t> times) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  const auto at = [&](std::size_t percent) { return times[(times.size() - 1) * percent / 100]; };
  return {at(50), at(99), times.back()};
}

}  // namespace headroom::bench
