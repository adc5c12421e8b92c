#include "net/detail/dialer.hpp"

#include <openssl/ssl.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <vector>

namespace headroom::net::detail {

namespace asio = boost::asio;
using asio::ip::tcp;
using error_code = boost::system::error_code;

asio::ssl::context client_tls(const std::string& ca_file) {
  asio::ssl::context out{asio::ssl::context::tls_client};
  out.set_verify_mode(asio::ssl::verify_peer);
  if (ca_file.empty()) {
    out.set_default_verify_paths();
  } else {
    out.load_verify_file(ca_file);
  }
  return out;
}

bool expect_host(tls_stream& stream, const std::string& host) {
  stream.set_verify_callback(asio::ssl::host_name_verification(host));
  return SSL_set_tlsext_host_name(stream.native_handle(), host.c_str()) == 1;
}

void dialer::dial(boost::beast::tcp_stream& stream, const url& where,
                  std::function<void(error_code)> done) {
  const auto connected = [&stream, done](error_code ec) {
    if (!ec) {
      error_code ignored;
      stream.socket().set_option(tcp::no_delay{true}, ignored);
    }
    done(ec);
  };
  error_code not_numeric;
  const auto numeric = asio::ip::make_address(where.host, not_numeric);
  if (!not_numeric) {  // needs no resolver, which has a thread of its own
    const auto port = static_cast<std::uint16_t>(std::stoul(where.port));  // url::parse: it fits
    if (!may_connect(numeric))
      return asio::post(stream.get_executor(), [done] { done(refused_by_guard); });
    stream.async_connect(tcp::endpoint{numeric, port}, connected);
    return;
  }
  resolver_.async_resolve(
      where.host, where.port,
      [this, &stream, connected](error_code ec, const tcp::resolver::results_type& found) {
        if (!ec && cancelled_) ec = asio::error::operation_aborted;
        if (ec) return connected(ec);
        std::vector<tcp::endpoint> allowed;
        for (const auto& entry : found)
          if (may_connect(entry.endpoint().address())) allowed.push_back(entry.endpoint());
        if (allowed.empty()) return connected(refused_by_guard);
        stream.async_connect(
            allowed, [connected](error_code failed, const tcp::endpoint&) { connected(failed); });
      });
}

bool dialer::may_connect(const asio::ip::address& to) const {
  if (!may_connect_) return true;
  if (to.is_v4()) return may_connect_(to.to_v4().to_bytes());
  return may_connect_(to.to_v6().to_bytes());
}

void dialer::cancel() {
  cancelled_ = true;
  resolver_.cancel();
}

}  // namespace headroom::net::detail
