#include "http/request_metrics.hpp"

#include <algorithm>
#include <numeric>

namespace headroom::http {
namespace {

/// Only the slot's own thread adds, so no read-modify-write is needed.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

}  // namespace

void request_metrics::slot::record(std::size_t route, unsigned status,
                                   std::chrono::microseconds took) noexcept {
  auto& c = routes_[route];
  add(c.by_class[std::min<std::size_t>(status / 100, c.by_class.size() - 1)], 1);
  add(c.buckets[actors::latency_bucket(took)], 1);
  add(c.total_us, static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count())));
}

request_metrics::request_metrics(std::size_t threads, std::vector<route_label> routes)
    : routes_{std::move(routes)} {
  for (std::size_t i = 0; i < threads; ++i)
    slots_.push_back(std::make_unique<slot>(routes_.size()));
}

template <class Pick>
std::uint64_t request_metrics::sum(std::size_t route, Pick pick) const {
  std::uint64_t n = 0;
  for (const auto& s : slots_) n += pick(s->of(route)).load(std::memory_order_relaxed);
  return n;
}

metric_labels request_metrics::labels_of(std::size_t route) const {
  return {{"route", std::string{routes_[route].pattern}},
          {"method", std::string{routes_[route].method}}};
}

request_metrics::bucket_counts request_metrics::buckets_of(std::size_t route) const {
  bucket_counts out{};
  for (std::size_t b = 0; b < out.size(); ++b)
    out[b] = sum(
        route, [b](const counters& x) -> auto& { return x.buckets[b]; });
  return out;
}

std::vector<request_metrics::route_times> request_metrics::times() const {
  std::vector<route_times> out;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto counts = buckets_of(i);
    const auto all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (all == 0) continue;
    const auto bound_of = [&](std::uint64_t rank) -> std::int64_t {
      std::uint64_t seen = 0;
      for (std::size_t b = 0; b < actors::latency_bounds_us.size(); ++b)
        if ((seen += counts[b]) >= rank) return actors::latency_bounds_us[b];
      return 0;
    };
    out.push_back({routes_[i], all, bound_of((all + 1) / 2), bound_of(all - all / 100)});
  }
  return out;
}

metric_families request_metrics::Collect() const {
  auto requests = counter("headroom_http_requests_total", "Requests answered, by route.");
  auto times = histogram("headroom_http_request_duration_seconds",
                         "Time from a complete request to its answer.");
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto labels = labels_of(i);
    std::uint64_t answered = 0;
    for (std::size_t c = 1; c < 6; ++c) {
      const auto n = sum(
          i, [c](const counters& x) -> auto& { return x.by_class[c]; });
      if (n == 0) continue;
      answered += n;
      auto with_status = labels;
      with_status.push_back({"status", std::to_string(c) + "xx"});
      add_sample(requests, static_cast<double>(n), std::move(with_status));
    }
    if (answered == 0) continue;
    add_latency(times, buckets_of(i),
                sum(
                    i, [](const counters& x) -> auto& { return x.total_us; }),
                labels);
  }
  metric_families out;
  for (auto* family : {&requests, &times})
    if (!family->metric.empty()) out.push_back(std::move(*family));
  const auto single = [&](prometheus::MetricFamily family, double value) {
    add_sample(family, value);
    out.push_back(std::move(family));
  };
  single(gauge("headroom_http_requests_in_flight", "Requests being answered."),
         static_cast<double>(in_flight.load()));
  single(gauge("headroom_http_connections", "Open connections."),
         static_cast<double>(connections.load()));
  single(counter("headroom_http_refused_connections_total", "Connections over the limit."),
         static_cast<double>(refused_connections.load()));
  single(counter("headroom_http_refused_requests_total", "Requests over the in-flight limit."),
         static_cast<double>(refused_requests.load()));
  return out;
}

}  // namespace headroom::http
