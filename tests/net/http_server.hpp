#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace headroom::chain::test {

using tcp = boost::asio::ip::tcp;

/// One accepted connection of a test server, read and written by hand.
class peer {
 public:
  explicit peer(tcp::socket socket) : socket_(std::move(socket)) {}

  /// Head and body of the next request; nothing when the client closed.
  std::optional<std::string> read() {
    boost::system::error_code ec;
    const auto head = boost::asio::read_until(socket_, buffer_, "\r\n\r\n", ec);
    if (ec) return std::nullopt;
    auto out = take(head);
    const auto at = out.find("Content-Length: ");
    const auto size = at == std::string::npos ? 0 : std::stoul(out.substr(at + 16));
    if (buffer_.size() < size)
      boost::asio::read(socket_, buffer_, boost::asio::transfer_exactly(size - buffer_.size()), ec);
    return out + take(size);
  }
  void write(const std::string& bytes) {
    boost::system::error_code ec;
    boost::asio::write(socket_, boost::asio::buffer(bytes), ec);
  }
  void answer(const std::string& body, const std::string& status = "200 OK",
              const std::string& headers = "") {
    write("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
          headers + "\r\n" + body);
  }
  /// Until the client closes or the server stops.
  void wait_for_close() {
    while (read()) continue;
  }
  void shut() {
    boost::system::error_code ec;
    socket_.shutdown(tcp::socket::shutdown_both, ec);
  }
  void close() {
    shut();
    boost::system::error_code ec;
    socket_.close(ec);
  }

 private:
  std::string take(std::size_t size) {
    const auto* begin = static_cast<const char*>(buffer_.data().data());
    std::string out{begin, begin + size};
    buffer_.consume(size);
    return out;
  }
  tcp::socket socket_;
  boost::asio::streambuf buffer_;
};

/// Runs `serve` once per connection, each in a thread, on a free loopback port.
class http_server {
 public:
  explicit http_server(std::function<void(peer&)> serve) : serve_(std::move(serve)) {
    thread_ = std::thread{[this] { accept(); }};
  }
  ~http_server() {
    stopping_ = true;
    boost::system::error_code ec;
    tcp::socket wake{io_};
    wake.connect({boost::asio::ip::address_v4::loopback(), port_}, ec);
    thread_.join();
    {
      const std::lock_guard lock{mutex_};
      for (auto& p : peers_) p->shut();
    }
    for (auto& t : threads_) t.join();
  }
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept() {
    while (true) {
      boost::system::error_code ec;
      auto socket = acceptor_.accept(ec);
      if (stopping_ || ec) return;
      ++connections_;
      const std::lock_guard lock{mutex_};
      auto p = std::make_shared<peer>(std::move(socket));
      peers_.push_back(p);
      threads_.emplace_back([this, p] {
        serve_(*p);
        const std::lock_guard done{mutex_};
        p->shut();
      });
    }
  }

  std::function<void(peer&)> serve_;
  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<peer>> peers_;
  std::vector<std::thread> threads_;
  std::thread thread_;
};

/// A loopback port that refuses connections.
inline std::uint16_t closed_port() {
  boost::asio::io_context io;
  tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
  return acceptor.local_endpoint().port();
}

}  // namespace headroom::chain::test
