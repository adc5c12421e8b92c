#pragma once

#include <boost/asio.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace headroom::bench {

/// A venue on loopback that knows every token and answers each order at once, without looking at
/// it. Its market has no fee and a tick of 0.01. One thread of its own.
class null_venue {
 public:
  enum class answer : std::uint8_t {
    matched = 0,
    killed = 1,  // final: nobody follows the order's trades
  };
  /// Hears the body of a POST /order once it has arrived, in the venue's thread.
  using arrival = std::function<void(std::string_view body)>;

  explicit null_venue(answer to_orders, arrival arrived = {});
  ~null_venue();
  null_venue(const null_venue&) = delete;
  null_venue& operator=(const null_venue&) = delete;

  /// Without a slash at the end.
  [[nodiscard]] std::string url() const;

 private:
  class session;
  void accept();

  answer to_orders_;
  arrival arrived_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace headroom::bench
