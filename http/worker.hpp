#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "http/exchange.hpp"

namespace headroom::http {

namespace asio = boost::asio;
using asio::ip::tcp;
/// Bound to io_context's own executor: a type-erased one costs on every operation.
using tcp_socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
class session;

/// Whom a worker's listener is for.
enum class door : std::uint8_t {
  everybody = 0,
  operators = 1,  // http.admin_listen: health and metrics alone, with places of its own
};

/// One thread of the server: its io_context, its acceptor, its connections. Everything but the
/// constructor, `run` and asio::post(io, ..) happens on that thread, so nothing here is locked.
class worker {
 public:
  using clock = actor_bridge::clock;

  /// `on_tick` runs on every sweep of the connections' deadlines.
  worker(front& shared, request_metrics::slot& counts,
         std::function<void(clock::time_point)> on_tick, door opens_to = door::everybody);

  /// Binds and listens; false with the reason in `failure`.
  [[nodiscard]] bool listen(const tcp::endpoint& where, bool share_port,
                            boost::system::error_code& failure);
  [[nodiscard]] std::uint16_t port() const;
  /// Serves until drained or cut.
  void run();

  /// No new connections; idle ones are closed, streams end, the others end with their request.
  void drain();
  /// Closes every connection now.
  void cut();

  // -- for session ----------------------------------------------------------------------------

  void left(const std::shared_ptr<session>& s);
  [[nodiscard]] door opens_to() const noexcept { return door_; }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  /// The Date header's value, at most one sweep old.
  [[nodiscard]] std::string_view date() const noexcept { return date_; }
  [[nodiscard]] front& shared() noexcept { return shared_; }
  [[nodiscard]] request_metrics::slot& counts() noexcept { return counts_; }

  asio::io_context io{1};

 private:
  void accept();
  void admit(tcp_socket socket);
  void admit_to_last_places(tcp_socket socket);
  void report_accept_failure(const boost::system::error_code& why);
  void sweep();
  void end_if_empty();

  front& shared_;
  request_metrics::slot& counts_;
  std::function<void(clock::time_point)> on_tick_;
  door door_;
  std::size_t most_last_places_;
  tcp_acceptor acceptor_{io};
  asio::steady_timer sweeper_{io};
  asio::steady_timer accept_pause_{io};
  clock::duration sweep_interval_;
  std::unordered_set<std::shared_ptr<session>> sessions_;
  /// Connections over the limit, oldest first: health and metrics are answered here when all other
  /// places are taken, and the others are told that they are.
  std::vector<std::shared_ptr<session>> last_places_;
  clock::time_point next_accept_report_{};
  std::string date_;
  bool draining_ = false;
};

}  // namespace headroom::http
