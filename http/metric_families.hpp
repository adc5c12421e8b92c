#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "actors/latency.hpp"

/// Short words for filling prometheus-cpp's families: our counters stay where they are counted
/// (relaxed atomics), and are gathered when somebody scrapes.
namespace headroom::http {

using metric_families = std::vector<prometheus::MetricFamily>;
using metric_labels = std::vector<prometheus::ClientMetric::Label>;

[[nodiscard]] prometheus::MetricFamily counter(std::string name, std::string help);
[[nodiscard]] prometheus::MetricFamily gauge(std::string name, std::string help);
[[nodiscard]] prometheus::MetricFamily histogram(std::string name, std::string help);

/// One more sample of a counter or gauge.
void add_sample(prometheus::MetricFamily& family, double value, metric_labels labels = {});

/// `counts` per bucket of latency_bounds_us, not cumulative.
void add_latency(prometheus::MetricFamily& family,
                 const std::array<std::uint64_t, actors::latency_histogram::buckets>& counts,
                 std::uint64_t total_us, metric_labels labels = {});
void add_latency(prometheus::MetricFamily& family, const actors::latency_histogram& h,
                 metric_labels labels = {});

/// Puts a family behind the others.
void append(metric_families& to, metric_families more);

[[nodiscard]] double in_seconds(std::uint64_t us) noexcept;

}  // namespace headroom::http
