#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "net/rate_limit.hpp"

namespace headroom::net {

/// What one kind of asker may take of something that others need as well: so many at once, and so
/// many a second (after a pause twice that at once, and never less than one). By a steady clock.
class share {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  share() = default;
  share(std::size_t at_once, double per_second)
      : at_once_{at_once}, rate_{per_second, std::max(2 * per_second, 1.0)} {}

  /// Takes a place, to be given back by `leave`. False: come back later.
  [[nodiscard]] bool enter(time_point now) {
    if (inside_ >= at_once_ || !rate_.take(now)) {
      ++turned_away_;
      return false;
    }
    ++inside_;
    return true;
  }
  void leave() noexcept { --inside_; }

  [[nodiscard]] std::size_t inside() const noexcept { return inside_; }
  [[nodiscard]] std::uint64_t turned_away() const noexcept { return turned_away_; }

 private:
  std::size_t at_once_ = 64;
  rate_limit rate_{50, 100};
  std::size_t inside_ = 0;
  std::uint64_t turned_away_ = 0;
};

}  // namespace headroom::net
