#pragma once

#include <cstdint>
#include <memory>

#include "http/services.hpp"

namespace headroom::http {

class router;
/// Every route of the house (routes.cpp).
[[nodiscard]] const router& house_routes();

/// The HTTP front end: one io_context and one acceptor per thread (SO_REUSEPORT), keep-alive and
/// pipelining in order, bounds on header, body, time and connections. Turns requests into messages
/// and answers into JSON; owns no business state. Health and metrics are answered beside any flood:
/// in places of their own, and at a second listener (admin_address) with a thread of its own.
class server {
 public:
  /// Nothing runs before `start`. What `services` refers to outlives the server, as do `routes`.
  server(const server_settings& settings, http_services services,
         const router& routes = house_routes());
  /// Stops if need be.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Reads the pages, binds and serves. Throws std::runtime_error, saying why, when it cannot.
  void start();
  /// Where it listens; valid after `start`.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Of the operators' listener; 0 when there is none.
  [[nodiscard]] std::uint16_t admin_port() const noexcept;
  /// Stops accepting, closes idle connections, lets running requests finish (their answers say
  /// `Connection: close`), then ends; cuts what is left after drain_timeout. Blocks; repeats
  /// safely.
  void stop();

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace headroom::http
