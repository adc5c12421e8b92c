#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "http/metric_families.hpp"

namespace headroom::http {

/// Counts and times of requests per route. One slot per server thread, written by it alone and read
/// by whoever scrapes: relaxed atomics, no lock.
class request_metrics final : public prometheus::Collectable {
 public:
  struct counters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  // status / 100
    std::array<std::atomic<std::uint64_t>, actors::latency_histogram::buckets> buckets{};
    std::atomic<std::uint64_t> total_us{0};
  };
  class slot {
   public:
    explicit slot(std::size_t routes) : routes_(routes) {}
    void record(std::size_t route, unsigned status, std::chrono::microseconds took) noexcept;
    [[nodiscard]] const counters& of(std::size_t route) const noexcept { return routes_[route]; }

   private:
    std::vector<counters> routes_;
  };
  struct route_label {
    std::string_view method;
    std::string_view pattern;
  };

  /// How long a route's requests took since the start: the bounds of the buckets that hold them; 0
  /// where no bound does.
  struct route_times {
    route_label route;
    std::uint64_t requests = 0;
    std::int64_t p50_us = 0;
    std::int64_t p99_us = 0;
  };

  request_metrics(std::size_t threads, std::vector<route_label> routes);
  [[nodiscard]] slot& of_thread(std::size_t i) noexcept { return *slots_[i]; }
  [[nodiscard]] metric_families Collect() const override;
  /// Of the routes that were asked.
  [[nodiscard]] std::vector<route_times> times() const;

  /// What the front end counts besides requests; written by all threads, rarely or relaxed.
  std::atomic<std::int64_t> in_flight{0};
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::uint64_t> refused_connections{0};
  std::atomic<std::uint64_t> refused_requests{0};

 private:
  using bucket_counts = std::array<std::uint64_t, actors::latency_histogram::buckets>;
  [[nodiscard]] bucket_counts buckets_of(std::size_t route) const;
  [[nodiscard]] metric_labels labels_of(std::size_t route) const;
  template <class Pick>
  [[nodiscard]] std::uint64_t sum(std::size_t route, Pick pick) const;

  std::vector<route_label> routes_;
  std::vector<std::unique_ptr<slot>> slots_;
};

}  // namespace headroom::http
