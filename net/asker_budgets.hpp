#pragma once

#include <iterator>
#include <string>
#include <unordered_map>

#include "net/rate_limit.hpp"

namespace headroom::net {

/// A token bucket for each of many askers, each as large as the others. What an asker does not use
/// comes back, so a full bucket need not be remembered: that is how their number stays bounded.
class asker_budgets {
 public:
  using time_point = rate_limit::time_point;

  asker_budgets() = default;
  asker_budgets(double rate, double burst, std::size_t askers_at_most)
      : rate_{rate}, burst_{burst}, askers_at_most_{askers_at_most} {}

  /// Takes one; zero when there was one, else how long until there is. Everybody waits a second
  /// when more askers than fit have used theirs lately.
  [[nodiscard]] std::chrono::milliseconds take(const std::string& who, time_point now) {
    auto i = buckets_.find(who);
    if (i == buckets_.end()) {
      if (buckets_.size() >= askers_at_most_) forget_full(now);
      if (buckets_.size() >= askers_at_most_) return std::chrono::milliseconds{1'000};
      i = buckets_.emplace(who, rate_limit{rate_, burst_}).first;
    }
    if (i->second.take(now)) return std::chrono::milliseconds{0};
    return i->second.wait(now);
  }

  [[nodiscard]] std::size_t size() const noexcept { return buckets_.size(); }

 private:
  void forget_full(time_point now) {
    for (auto i = buckets_.begin(); i != buckets_.end();)
      i = i->second.is_full(now) ? buckets_.erase(i) : std::next(i);
  }

  double rate_ = 5;
  double burst_ = 50;
  std::size_t askers_at_most_ = 65'536;
  std::unordered_map<std::string, rate_limit> buckets_;
};

}  // namespace headroom::net
