#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/net/tls_identity.hpp"

namespace headroom::net::test {

/// One accepted WebSocket of a test server, read and written step by step.
class ws_peer {
 public:
  using tcp = boost::asio::ip::tcp;
  virtual ~ws_peer() = default;

  std::string target;      // of the upgrade
  std::string user_agent;  // likewise

  /// TLS where there is any, then the upgrade.
  virtual bool accept() = 0;
  /// The next message; nothing when the socket is closed.
  virtual std::optional<std::string> read() = 0;
  virtual void write(const std::string& text, bool binary = false) = 0;
  virtual void close(std::uint16_t code) = 0;
  /// The code that the client said farewell with; 0: none.
  virtual std::uint16_t farewell() = 0;
  /// The TCP connection ends, without a word.
  virtual void cut() = 0;

  /// Until the client closes or the server stops.
  void wait_for_close() {
    while (read()) continue;
  }
};

template <class Layer>
class ws_peer_over : public ws_peer {
 public:
  template <class... Ts>
  explicit ws_peer_over(Ts&&... layer) : stream_(std::forward<Ts>(layer)...) {}

  bool accept() override {
    namespace http = boost::beast::http;
    boost::system::error_code ec;
    if constexpr (!std::is_same_v<Layer, tcp::socket>)
      stream_.next_layer().handshake(boost::asio::ssl::stream_base::server, ec);
    if (ec) return false;
    http::request<http::string_body> request;
    http::read(stream_.next_layer(), buffer_, request, ec);
    if (ec) return false;
    target = std::string{request.target()};
    user_agent = std::string{request[http::field::user_agent]};
    buffer_.clear();
    stream_.accept(request, ec);
    return !ec;
  }
  std::optional<std::string> read() override {
    boost::system::error_code ec;
    buffer_.clear();
    stream_.read(buffer_, ec);
    if (ec) return std::nullopt;
    return boost::beast::buffers_to_string(buffer_.data());
  }
  void write(const std::string& text, bool binary) override {
    boost::system::error_code ec;
    stream_.binary(binary);
    stream_.write(boost::asio::buffer(text), ec);
  }
  void close(std::uint16_t code) override {
    boost::system::error_code ec;
    stream_.close({static_cast<boost::beast::websocket::close_code>(code)}, ec);
  }
  std::uint16_t farewell() override { return stream_.reason().code; }
  void cut() override {
    boost::system::error_code ec;
    boost::beast::get_lowest_layer(stream_).shutdown(tcp::socket::shutdown_both, ec);
  }

 private:
  boost::beast::websocket::stream<Layer> stream_;
  boost::beast::flat_buffer buffer_;
};

/// Runs `serve` once per connection whose upgrade worked, each in a thread, on a free loopback
/// port.
class ws_server {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit ws_server(std::function<void(ws_peer&)> serve, const identity* tls = nullptr)
      : serve_(std::move(serve)), tls_{tls != nullptr} {
    if (tls) {
      context_.use_certificate_chain(boost::asio::buffer(tls->certificate));
      context_.use_private_key(boost::asio::buffer(tls->key), boost::asio::ssl::context::pem);
    }
    thread_ = std::thread{[this] { run(); }};
  }
  ~ws_server() {
    stopping_ = true;
    boost::system::error_code ec;
    tcp::socket wake{io_};
    wake.connect({boost::asio::ip::address_v4::loopback(), port_}, ec);
    thread_.join();
    for (auto& p : peers_) p->cut();
    for (auto& t : threads_) t.join();
  }
  ws_server(const ws_server&) = delete;
  ws_server& operator=(const ws_server&) = delete;

  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return (tls_ ? "wss://localhost:" : "ws://127.0.0.1:") + std::to_string(port_) + target;
  }
  [[nodiscard]] int upgrades() const { return upgrades_; }

 private:
  using tls_layer = boost::asio::ssl::stream<tcp::socket>;

  void run() {
    while (true) {
      boost::system::error_code ec;
      auto socket = acceptor_.accept(ec);
      if (stopping_ || ec) return;
      std::shared_ptr<ws_peer> peer;
      if (tls_) {
        peer = std::make_shared<ws_peer_over<tls_layer>>(std::move(socket), context_);
      } else {
        peer = std::make_shared<ws_peer_over<tcp::socket>>(std::move(socket));
      }
      peers_.push_back(peer);
      threads_.emplace_back([this, peer] {
        if (peer->accept()) {
          ++upgrades_;
          serve_(*peer);
        }
        peer->cut();
      });
    }
  }

  std::function<void(ws_peer&)> serve_;
  const bool tls_;
  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::atomic<bool> stopping_{false};
  std::atomic<int> upgrades_{0};
  std::vector<std::shared_ptr<ws_peer>> peers_;  // of the accepting thread, until it is joined
  std::vector<std::thread> threads_;
  std::thread thread_;
};

}  // namespace headroom::net::test
