#include "http/worker.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <ctime>

#include "http/descriptors.hpp"
#include "http/session.hpp"

namespace headroom::http {
namespace {

using boost::system::error_code;
constexpr std::chrono::milliseconds longest_sweep{50};
constexpr std::size_t least_places = 4;  // 64 threads have no more than last_places together
constexpr std::chrono::milliseconds pause_after_failure{50};
constexpr std::chrono::seconds accept_report_interval{1};

std::string date_now() {
  const auto now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char out[40];
  const auto n = std::strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {out, n};
}

/// A thread's part of the last places.
std::size_t places_of(door opens_to, unsigned threads) {
  if (opens_to == door::operators) return operators_places;
  return std::max(least_places, last_places / std::max(1U, threads));
}

worker::clock::duration sweep_interval(const server_settings& s) {
  const auto shortest =
      std::min({s.header_timeout, s.idle_timeout, s.request_timeout, s.stream_heartbeat});
  return std::clamp(shortest / 4, std::chrono::milliseconds{5}, longest_sweep);
}

}  // namespace

worker::worker(front& shared, request_metrics::slot& counts,
               std::function<void(clock::time_point)> on_tick, door opens_to)
    : shared_{shared},
      counts_{counts},
      on_tick_{std::move(on_tick)},
      door_{opens_to},
      most_last_places_{places_of(opens_to, shared.settings.threads)},
      sweep_interval_{sweep_interval(shared.settings)},
      date_{date_now()} {}

bool worker::listen(const tcp::endpoint& where, bool share_port, error_code& failure) {
  using acceptor = tcp_acceptor;
  acceptor_.open(where.protocol(), failure);
  if (!failure) acceptor_.set_option(acceptor::reuse_address(true), failure);
  if (!failure && share_port) {
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
      failure = {errno, boost::system::system_category()};
  }
  if (!failure) acceptor_.bind(where, failure);
  if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
  return !failure;
}

std::uint16_t worker::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void worker::run() {
  accept();
  sweep();
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& e) {  // routes are guarded: this is ours, and must not stop us
      spdlog::error("http.handler_failed what=\"{}\"", e.what());
    }
  }
}

void worker::accept() {
  acceptor_.async_accept([this](error_code failed, tcp_socket socket) {
    if (draining_ || failed == asio::error::operation_aborted) return;
    if (!failed) {
      admit(std::move(socket));
      return accept();
    }
    report_accept_failure(failed);
    accept_pause_.expires_after(pause_after_failure);
    accept_pause_.async_wait([this](error_code stopped) {
      if (!stopped) accept();
    });
  });
}

/// Out of descriptors, mostly, and then many times a second.
void worker::report_accept_failure(const error_code& why) {
  const auto now = clock::now();
  if (now < next_accept_report_) return;
  next_accept_report_ = now + accept_report_interval;
  spdlog::warn("http.accept_failed reason=\"{}\"", why.message());
}

void worker::admit(tcp_socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (door_ == door::operators) return admit_to_last_places(std::move(socket));
  auto& connections = shared_.metrics.connections;
  if (connections.fetch_add(1) >= static_cast<std::int64_t>(shared_.settings.max_connections)) {
    connections.fetch_sub(1);
    return admit_to_last_places(std::move(socket));
  }
  const auto s = std::make_shared<session>(*this, std::move(socket), session::place::counted);
  sessions_.insert(s);
  s->start();
}

/// Whoever came first and has still not said what it wants makes room: a flood of silent
/// connections cannot hold these places. When all are being answered, the newcomer is let go.
void worker::admit_to_last_places(tcp_socket socket) {
  if (last_places_.size() >= most_last_places_) {
    shared_.metrics.refused_connections.fetch_add(1, std::memory_order_relaxed);
    const auto quiet = std::find_if(last_places_.begin(), last_places_.end(),
                                    [](const auto& s) { return s->waits_for_client(); });
    if (quiet == last_places_.end()) return;
    const auto gone = *quiet;
    gone->close();
  }
  const auto s = std::make_shared<session>(*this, std::move(socket), session::place::last);
  sessions_.insert(s);
  last_places_.push_back(s);
  s->start();
}

void worker::left(const std::shared_ptr<session>& s) {
  if (sessions_.erase(s) == 0) return;
  if (s->where() == session::place::last) {
    std::erase(last_places_, s);
  } else {
    shared_.metrics.connections.fetch_sub(1);
  }
  end_if_empty();
}

void worker::sweep() {
  const auto now = clock::now();
  date_ = date_now();
  const std::vector<std::shared_ptr<session>> all{sessions_.begin(), sessions_.end()};
  for (const auto& s : all) s->check_deadline(now);
  on_tick_(now);
  if (draining_ && sessions_.empty()) return;
  sweeper_.expires_after(sweep_interval_);
  sweeper_.async_wait([this](error_code stopped) {
    if (!stopped) sweep();
  });
}

void worker::drain() {
  draining_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  const std::vector<std::shared_ptr<session>> all{sessions_.begin(), sessions_.end()};
  for (const auto& s : all) s->idle() ? s->close() : s->drain();
  end_if_empty();
}

void worker::cut() {
  const std::vector<std::shared_ptr<session>> all{sessions_.begin(), sessions_.end()};
  for (const auto& s : all) s->close();
}

void worker::end_if_empty() {
  if (draining_ && sessions_.empty()) sweeper_.cancel();
}

}  // namespace headroom::http
