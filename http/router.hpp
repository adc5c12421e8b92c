#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace headroom::http {

/// A route's function: it answers before it returns, or does steps that wait for actors (task.hpp).
class handler {
 public:
  handler(void (*at_once)(exchange&)) noexcept : at_once_{at_once} {}
  handler(task<> (*in_steps)(exchange&)) noexcept : in_steps_{in_steps} {}

  void operator()(exchange& x) const { at_once_ != nullptr ? at_once_(x) : x.follow(in_steps_(x)); }

 private:
  void (*at_once_)(exchange&) = nullptr;
  task<> (*in_steps_)(exchange&) = nullptr;
};

/// One line of the routing table. `{name}` in a pattern stands for one path segment, wherever it
/// is: exchange::id has its text.
struct route {
  verb method;
  std::string_view pattern;
  handler run;
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

/// Finds the route of a request. As OpenAPI has it: a path is an item of its own with its methods,
/// and one that is written out comes before one with `{name}` in it, whatever their order.
class router {
 public:
  /// Throws std::logic_error when a route could never be entered, or a pattern is malformed.
  explicit router(std::vector<route> table);

  /// The whole table; its index is the route's number in the metrics, 0 is "no route".
  [[nodiscard]] const std::vector<route>& routes() const noexcept { return routes_; }
  /// Labels for the metrics, in the same order.
  [[nodiscard]] std::vector<request_metrics::route_label> labels() const;

  /// Enters the route of the request: 404, 405 with Allow, OPTIONS, HEAD as GET; 503 for what is
  /// not let in now.
  void dispatch(exchange& x, admission let_in) const;

 private:
  /// All routes of one pattern.
  struct path {
    std::string_view pattern;
    std::size_t marks = 0;  // how many {..}
    std::vector<std::size_t> routes;
    std::string allow;
    std::string allow_pages;  // those for strangers' pages, "" when there are none
  };

  [[nodiscard]] path& path_of(std::string_view pattern);
  [[nodiscard]] const path* find(std::string_view asked, path_values& values) const noexcept;

  std::vector<route> routes_;
  std::vector<path> paths_;
  std::string methods_;  // of all paths together
};

}  // namespace headroom::http
