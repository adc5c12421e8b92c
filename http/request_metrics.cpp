#include "http/request_metrics.hpp"

#include <algorithm>
#include <cstdio>

namespace headroom::http {
namespace {

/// Only the slot's own thread adds, so no read-modify-write is needed.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

std::string seconds(std::uint64_t us) {
  char out[40];
  std::snprintf(out, sizeof out, "%.6f", static_cast<double>(us) / 1e6);
  return out;
}

std::string bound_text(std::int64_t us) {
  char out[40];
  std::snprintf(out, sizeof out, "%g", static_cast<double>(us) / 1e6);
  return out;
}

}  // namespace

void metric_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out.append(name).append(" ").append(type).append("\n");
}

void metric_line(std::string& out, std::string_view name, std::string_view labels,
                 std::string_view value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void request_metrics::slot::record(std::size_t route, unsigned status,
                                   std::chrono::microseconds took) noexcept {
  auto& c = routes_[route];
  add(c.by_class[std::min<std::size_t>(status / 100, c.by_class.size() - 1)], 1);
  const auto* bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), took.count());
  add(c.buckets[static_cast<std::size_t>(bound - bounds_us.begin())], 1);
  add(c.total_us, static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count())));
}

request_metrics::request_metrics(std::size_t threads, std::size_t routes) {
  for (std::size_t i = 0; i < threads; ++i) slots_.push_back(std::make_unique<slot>(routes));
}

void request_metrics::write(std::string& out, const std::vector<route_label>& routes) const {
  const auto sum = [&](std::size_t route, auto pick) {
    std::uint64_t n = 0;
    for (const auto& s : slots_) n += pick(s->of(route)).load(std::memory_order_relaxed);
    return n;
  };
  const auto labels = [&](std::size_t i) {
    return "route=\"" + std::string{routes[i].pattern} + "\",method=\"" +
           std::string{routes[i].method} + "\"";
  };
  metric_head(out, "headroom_http_requests_total", "counter", "Requests answered, by route.");
  for (std::size_t i = 0; i < routes.size(); ++i)
    for (std::size_t c = 1; c < 6; ++c)
      if (const auto n = sum(
              i, [&](auto& x) -> auto& { return x.by_class[c]; });
          n > 0)
        metric_line(out, "headroom_http_requests_total",
                    labels(i) + ",status=\"" + std::to_string(c) + "xx\"", std::to_string(n));
  constexpr std::string_view histogram = "headroom_http_request_duration_seconds";
  metric_head(out, histogram, "histogram", "Time from a complete request to its answer.");
  for (std::size_t i = 0; i < routes.size(); ++i) {
    std::array<std::uint64_t, bounds_us.size() + 1> counts{};
    std::uint64_t total = 0;
    for (std::size_t b = 0; b < counts.size(); ++b)
      total += counts[b] = sum(
          i, [&](auto& x) -> auto& { return x.buckets[b]; });
    if (total == 0) continue;
    std::uint64_t below = 0;
    for (std::size_t b = 0; b < bounds_us.size(); ++b)
      metric_line(out, std::string{histogram} + "_bucket",
                  labels(i) + ",le=\"" + bound_text(bounds_us[b]) + "\"",
                  std::to_string(below += counts[b]));
    metric_line(out, std::string{histogram} + "_bucket", labels(i) + ",le=\"+Inf\"",
                std::to_string(total));
    metric_line(out, std::string{histogram} + "_sum", labels(i),
                seconds(sum(
                    i, [](auto& x) -> auto& { return x.total_us; })));
    metric_line(out, std::string{histogram} + "_count", labels(i), std::to_string(total));
  }
  const auto gauge = [&](std::string_view name, std::string_view type, std::string_view help,
                         auto value) {
    metric_head(out, name, type, help);
    metric_line(out, name, "", std::to_string(value));
  };
  gauge("headroom_http_requests_in_flight", "gauge", "Requests being answered.", in_flight.load());
  gauge("headroom_http_connections", "gauge", "Open connections.", connections.load());
  gauge("headroom_http_refused_connections_total", "counter", "Connections over the limit.",
        refused_connections.load());
  gauge("headroom_http_refused_requests_total", "counter", "Requests over the in-flight limit.",
        refused_requests.load());
}

}  // namespace headroom::http
