#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace headroom::actors {

/// Keeps a log readable: a line may come back at most once a minute for one cause. A cause names
/// the line and what it is about ("price_below_floor <conversion>"). Thread-safe; remembers a
/// bounded number of causes and forgets the oldest.
class log_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;  // CAF's actor_clock has the same

  static constexpr std::chrono::minutes pause{1};
  static constexpr std::size_t most_causes = 1024;

  /// True when the line may be written now; counts as written.
  [[nodiscard]] bool due(std::string_view cause, time_point now);

 private:
  std::mutex mutex_;
  std::map<std::string, time_point, std::less<>> written_;
};

}  // namespace headroom::actors
