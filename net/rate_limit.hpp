#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace headroom::net {

/// A token bucket on a clock that is handed in: `rate` a second, `burst` at once.
class rate_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  rate_limit() = default;
  rate_limit(double rate, double burst) : rate_{rate}, burst_{burst}, tokens_{burst} {}

  /// Takes one if there is one.
  [[nodiscard]] bool take(time_point now) {
    refill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  /// How long until `take` can succeed; with `times`, until it has so often, each as soon as it
  /// can.
  [[nodiscard]] std::chrono::milliseconds wait(time_point now, double times = 1) {
    refill(now);
    if (tokens_ >= times) return std::chrono::milliseconds{0};
    const std::chrono::duration<double, std::milli> held = last_ - now;  // zero unless drained
    return std::chrono::milliseconds{
        1 + static_cast<std::int64_t>(held.count() + (times - tokens_) * 1000 / rate_)};
  }
  /// Empty now, and nothing comes before `until`.
  void drain(time_point until) {
    tokens_ = 0;
    last_ = std::max(last_, until);
  }
  /// What `take` would give now, and parts of one.
  [[nodiscard]] double left(time_point now) {
    refill(now);
    return tokens_;
  }
  /// Whether nothing was taken lately.
  [[nodiscard]] bool is_full(time_point now) {
    refill(now);
    return tokens_ >= burst_;
  }

 private:
  void refill(time_point now) {
    const std::chrono::duration<double> passed = now - last_;
    if (passed.count() > 0) tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
    last_ = std::max(last_, now);
  }

  double rate_ = 40;
  double burst_ = 60;
  double tokens_ = 60;
  time_point last_{};
};

}  // namespace headroom::net
