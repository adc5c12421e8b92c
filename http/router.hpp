#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace headroom::http {

/// One line of the routing table. `{id}` at the end of a pattern stands for one path segment.
struct route {
  verb method;
  std::string_view pattern;
  void (*run)(exchange&);
  bool probe = false;  // answered even when too much is in flight
};

/// The whole table; its index is the route's number in the metrics, 0 is "no route".
[[nodiscard]] const std::vector<route>& routes();
/// Labels for the metrics, in the same order.
[[nodiscard]] std::vector<request_metrics::route_label> route_labels();

/// Enters the route of the request: 404, 405 with Allow, OPTIONS, HEAD as GET, 503 when `full`.
void dispatch(exchange& x, bool full);

}  // namespace headroom::http
