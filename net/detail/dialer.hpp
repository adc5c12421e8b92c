#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "net/url.hpp"

/// What every client does before its protocol begins.
namespace headroom::net::detail {

using tls_stream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// Verifies whom it speaks to: by `ca_file`, or by the system's certificates when that is "".
[[nodiscard]] boost::asio::ssl::context client_tls(const std::string& ca_file);

/// The peer must prove to be `host`. False: such a name cannot be asked for.
[[nodiscard]] bool expect_host(tls_stream& stream, const std::string& host);

/// What dialing ends with when no address of the name may be connected to.
inline constexpr auto refused_by_guard = boost::asio::error::access_denied;

/// From a URL to a connected stream, on the I/O thread. It sets no timeout: who waits has one, and
/// calls cancel() and closes the stream when it is over.
class dialer {
 public:
  /// Whether an address may be connected to (net/guarded_client.hpp).
  using guard = std::function<bool(std::span<const std::uint8_t>)>;

  explicit dialer(boost::asio::io_context& io, guard may_connect = {})
      : resolver_(io), may_connect_(std::move(may_connect)) {}

  /// `done` keeps the dialer and the stream alive. It runs once, with an error after cancel().
  void dial(boost::beast::tcp_stream& stream, const url& where,
            std::function<void(boost::system::error_code)> done);
  void cancel();

 private:
  [[nodiscard]] bool may_connect(const boost::asio::ip::address& to) const;

  boost::asio::ip::tcp::resolver resolver_;
  guard may_connect_;  // empty: anything
  bool cancelled_ = false;
};

}  // namespace headroom::net::detail
