#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tests/net/http_server.hpp"

namespace headroom::bench {

/// A venue on loopback that knows every token and answers each order at once, without looking at
/// it. Its market has no fee and a tick of 0.01.
class null_venue {
 public:
  enum class answer : std::uint8_t {
    matched = 0,
    killed = 1,  // final: nobody follows the order's trades
  };
  /// Hears of a POST /order once it has arrived, head and body, in its connection's thread.
  using arrival = std::function<void(std::string_view request)>;

  explicit null_venue(answer to_orders, arrival arrived = {});

  /// Without a slash at the end.
  [[nodiscard]] std::string url() const { return server_.url(""); }

 private:
  void serve(chain::test::peer& p) const;

  answer to_orders_;
  arrival arrived_;
  chain::test::http_server server_;  // last: its threads use the others
};

}  // namespace headroom::bench
