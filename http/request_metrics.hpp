#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace headroom::http {

/// Counts and times of requests per route. One slot per server thread, written by it alone and read
/// by whoever scrapes: relaxed atomics, no lock.
class request_metrics {
 public:
  static constexpr std::array<std::int64_t, 12> bounds_us{
      100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 500'000, 2'500'000, 10'000'000};

  struct counters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};                    // status / 100
    std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> buckets{};  // not cumulative
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

  request_metrics(std::size_t threads, std::size_t routes);
  [[nodiscard]] slot& of_thread(std::size_t i) noexcept { return *slots_[i]; }

  /// What the front end counts besides requests; written by all threads, rarely or relaxed.
  std::atomic<std::int64_t> in_flight{0};
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::uint64_t> refused_connections{0};
  std::atomic<std::uint64_t> refused_requests{0};

  struct route_label {
    std::string_view method;
    std::string_view pattern;
  };
  /// Prometheus text of everything counted here.
  void write(std::string& out, const std::vector<route_label>& routes) const;

 private:
  std::vector<std::unique_ptr<slot>> slots_;
};

/// "# HELP" and "# TYPE" of a metric.
void metric_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help);
/// One sample; `labels` without braces, may be "".
void metric_line(std::string& out, std::string_view name, std::string_view labels,
                 std::string_view value);

}  // namespace headroom::http
