#include "http/metric_families.hpp"

#include <iterator>

namespace headroom::http {
namespace {

prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type) {
  prometheus::MetricFamily out;
  out.name = std::move(name);
  out.help = std::move(help);
  out.type = type;
  return out;
}

}  // namespace

prometheus::MetricFamily counter(std::string name, std::string help) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Counter);
}
prometheus::MetricFamily gauge(std::string name, std::string help) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}
prometheus::MetricFamily histogram(std::string name, std::string help) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

void add_sample(prometheus::MetricFamily& family, double value, metric_labels labels) {
  auto& m = family.metric.emplace_back();
  m.label = std::move(labels);
  (family.type == prometheus::MetricType::Counter ? m.counter.value : m.gauge.value) = value;
}

void add_latency(prometheus::MetricFamily& family,
                 const std::array<std::uint64_t, actors::latency_histogram::buckets>& counts,
                 std::uint64_t total_us, metric_labels labels) {
  auto& m = family.metric.emplace_back();
  m.label = std::move(labels);
  std::uint64_t below = 0;
  for (std::size_t b = 0; b < actors::latency_bounds_us.size(); ++b) {
    below += counts[b];
    m.histogram.bucket.push_back(
        {below, in_seconds(static_cast<std::uint64_t>(actors::latency_bounds_us[b]))});
  }
  m.histogram.sample_count = below + counts.back();
  m.histogram.sample_sum = in_seconds(total_us);
}

void add_latency(prometheus::MetricFamily& family, const actors::latency_histogram& h,
                 metric_labels labels) {
  std::array<std::uint64_t, actors::latency_histogram::buckets> counts{};
  for (std::size_t b = 0; b < counts.size(); ++b) counts[b] = h.count(b);
  add_latency(family, counts, h.total_us(), std::move(labels));
}

void append(metric_families& to, metric_families more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

double in_seconds(std::uint64_t us) noexcept { return static_cast<double>(us) / 1e6; }

}  // namespace headroom::http
