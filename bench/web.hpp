#pragma once

#include <memory>
#include <string>

#include "actors/ports.hpp"
#include "bench/house.hpp"
#include "http/server.hpp"

namespace headroom::bench {

/// SIGINT and SIGTERM as something to wait for. Made before any thread starts.
class stop_signal {
 public:
  stop_signal();
  void wait() const;
};

/// The real HTTP front end before a house, and a service key for it.
class web {
 public:
  web(house& h, const std::string& database);

  [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }
  /// Scopes `read`, `trade` and `inspect`.
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  void stop() { server_->stop(); }

 private:
  std::string key_;
  std::unique_ptr<actors::ethereum_port> ethereum_;
  std::unique_ptr<actors::x402_port> x402_;
  std::unique_ptr<http::server> server_;
};

}  // namespace headroom::bench
