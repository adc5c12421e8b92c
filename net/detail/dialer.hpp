#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <functional>
#include <string>

#include "net/url.hpp"

/// What every client does before its protocol begins.
namespace headroom::net::detail {

using tls_stream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// Verifies whom it speaks to: by `ca_file`, or by the system's certificates when that is "".
[[nodiscard]] boost::asio::ssl::context client_tls(const std::string& ca_file);

/// The peer must prove to be `host`. False: such a name cannot be asked for.
[[nodiscard]] bool expect_host(tls_stream& stream, const std::string& host);

/// From a URL to a connected stream, on the I/O thread. It sets no timeout: who waits has one, and
/// calls cancel() and closes the stream when it is over.
class dialer {
 public:
  explicit dialer(boost::asio::io_context& io) : resolver_(io) {}

  /// `done` keeps the dialer and the stream alive. It runs once, with an error after cancel().
  void dial(boost::beast::tcp_stream& stream, const url& where,
            std::function<void(boost::system::error_code)> done);
  void cancel();

 private:
  boost::asio::ip::tcp::resolver resolver_;
  bool cancelled_ = false;
};

}  // namespace headroom::net::detail
