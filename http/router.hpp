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
  unsigned traits = 0;

  /// Health, metrics, the document: answered whatever else is going on.
  static constexpr unsigned probe = 1;
  /// For strangers, so for pages of any origin too (cors.hpp).
  static constexpr unsigned pages = 2;

  [[nodiscard]] bool is(unsigned trait) const noexcept { return (traits & trait) != 0; }
};

/// What a request may ask for, by where it comes from and how much is going on.
enum class admission : std::uint8_t {
  everything = 0,
  too_much_in_flight = 1,  // probes
  no_place = 2,            // probes: all connections are taken
  operators = 3,           // probes: another door has the rest
};

/// The whole table; its index is the route's number in the metrics, 0 is "no route".
[[nodiscard]] const std::vector<route>& routes();
/// Labels for the metrics, in the same order.
[[nodiscard]] std::vector<request_metrics::route_label> route_labels();

/// Enters the route of the request: 404, 405 with Allow, OPTIONS, HEAD as GET; 503 for what is not
/// let in now.
void dispatch(exchange& x, admission let_in);

}  // namespace headroom::http
