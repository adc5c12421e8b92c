#pragma once

#include <mutex>
#include <optional>

#include "domain/inventory.hpp"

namespace headroom::http {

/// The next money that a running conversion should bring to the buffer, by its quote: an estimate.
/// Asked for now and then (event_feed), read by whoever shows it. Thread-safe.
class coming_inflow {
 public:
  void set(const buffer_flows& flows) {
    std::optional<expected_arrival> first;
    for (const auto& a : flows.arrivals)
      if (!first || a.at < first->at) first = a;
    const std::lock_guard lock{mutex_};
    next_ = first;
  }
  [[nodiscard]] std::optional<expected_arrival> next() const {
    const std::lock_guard lock{mutex_};
    return next_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<expected_arrival> next_;
};

}  // namespace headroom::http
