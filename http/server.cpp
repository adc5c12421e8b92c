#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <optional>
#include <stdexcept>
#include <thread>

#include "http/router.hpp"
#include "http/worker.hpp"

namespace headroom::http {
namespace {

using boost::system::error_code;
using endpoint = tcp::endpoint;
using clock = actor_bridge::clock;

constexpr std::chrono::seconds key_refresh{1};
constexpr std::chrono::seconds key_timeout{2};
constexpr std::chrono::milliseconds first_keys_wait{5};
constexpr unsigned first_keys_tries = 200;  // then the sweeps go on asking
constexpr std::chrono::seconds cut_time{2};

/// Brings the active keys home, or nothing: the last known set stands while the store is away.
class keys_question final : public question {
 public:
  keys_question(key_ring& ring, std::atomic<bool>& busy) : ring_{ring}, busy_{busy} {}

  void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) override {
    if (said.match_elements<std::vector<service_key>>()) {
      ring_.replace(said.get_as<std::vector<service_key>>(0));
    } else if (ring_.generation() == 0) {
      spdlog::warn("http.keys_unavailable");
    }
    busy_.store(false);
    self.reset();
  }
  void run() override {}

 private:
  key_ring& ring_;
  std::atomic<bool>& busy_;
};

[[noreturn]] void cannot_listen(const server_settings& s, const std::string& why) {
  throw std::runtime_error{"cannot listen on " + s.address + ":" + std::to_string(s.port) + ": " +
                           why};
}

}  // namespace

class server::impl {
 public:
  impl(const server_settings& settings, http_services services)
      : threads_wanted_{std::max(1U, settings.threads)},
        front_{services,
               settings,
               bridge_handle{services.system},
               {},
               {threads_wanted_, routes().size()},
               {settings.kept_refusals, settings.refusals_kept}} {}

  ~impl() { stop(); }

  void start() {
    error_code failed;
    const auto address = asio::ip::make_address(front_.settings.address, failed);
    if (failed) cannot_listen(front_.settings, "not an IP address");
    endpoint where{address, front_.settings.port};
    if (where.port() != 0 && threads_wanted_ > 1) refuse_taken_port(where);
    for (unsigned i = 0; i < threads_wanted_; ++i) {
      auto w = std::make_unique<worker>(front_, front_.metrics.of_thread(i),
                                        [this, i](clock::time_point now) { tick(i, now); });
      if (!w->listen(where, threads_wanted_ > 1, failed))
        cannot_listen(front_.settings, failed.message());
      where.port(w->port());  // the kernel's choice, shared by the rest
      workers_.push_back(std::move(w));
    }
    port_ = where.port();
    running_ = workers_.size();
    first_keys_.emplace(workers_.front()->io);
    asio::post(workers_.front()->io, [this] { ask_first_keys(first_keys_tries); });
    for (auto& w : workers_) threads_.emplace_back([this, worker = w.get()] { run(*worker); });
    spdlog::info("http.listening address={} port={} threads={}", front_.settings.address, port_,
                 threads_wanted_);
  }

  void stop() {
    if (!threads_.empty()) {
      tell_all(&worker::drain);
      if (!ended_within(front_.settings.drain_timeout)) {
        spdlog::warn("http.drain_cut connections={}", front_.metrics.connections.load());
        tell_all(&worker::cut);
        if (!ended_within(cut_time))
          for (auto& w : workers_) w->io.stop();
      }
      for (auto& t : threads_) t.join();
      threads_.clear();
      spdlog::info("http.stopped port={}", port_);
    }
    front_.bridge->close();  // from here on no actor's answer comes through
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  /// With SO_REUSEPORT a second service on the same port would be let in silently.
  void refuse_taken_port(const endpoint& where) {
    asio::io_context io;
    tcp::acceptor probe{io};
    error_code failed;
    probe.open(where.protocol(), failed);
    if (!failed) probe.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) probe.bind(where, failed);
    if (!failed) probe.listen(1, failed);
    if (failed) cannot_listen(front_.settings, failed.message());
  }

  void run(worker& w) {
    w.run();
    const std::lock_guard lock{mutex_};
    --running_;
    ended_.notify_all();
  }

  void tell_all(void (worker::*what)()) {
    for (auto& w : workers_) asio::post(w->io, [worker = w.get(), what] { (worker->*what)(); });
  }

  bool ended_within(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return ended_.wait_for(lock, time, [this] { return running_ == 0; });
  }

  /// Every worker sweeps the bridge, so that the last one alive does; the first refreshes the keys.
  void tick(unsigned index, clock::time_point now) {
    front_.bridge->expire(now);
    if (index == 0 && now >= next_refresh_) ask_keys(now);
  }

  /// False when there is nobody to ask yet.
  bool ask_keys(clock::time_point now) {
    const auto query = front_.services.dir.get<actors::query_actor>();
    if (!query) return false;
    next_refresh_ = now + key_refresh;
    if (!refreshing_.exchange(true))
      front_.bridge->ask(query, now + key_timeout,
                         std::make_unique<keys_question>(front_.keys, refreshing_),
                         actors::keys_atom::value);
    return true;
  }

  /// The actors may start a moment after us, and every request with a key waits for the keys.
  void ask_first_keys(unsigned tries_left) {
    if (front_.services.dir.draining() || ask_keys(clock::now()) || tries_left == 0) return;
    first_keys_->expires_after(first_keys_wait);
    first_keys_->async_wait([this, tries_left](error_code stopped) {
      if (!stopped) ask_first_keys(tries_left - 1);
    });
  }

  unsigned threads_wanted_;
  front front_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<std::thread> threads_;
  std::optional<asio::steady_timer> first_keys_;  // of the first worker, as is next_refresh_
  clock::time_point next_refresh_{};
  std::atomic<bool> refreshing_{false};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0;
};

server::server(const server_settings& settings, http_services services)
    : impl_{std::make_unique<impl>(settings, services)} {}
server::~server() = default;
void server::start() { impl_->start(); }
std::uint16_t server::port() const noexcept { return impl_->port(); }
void server::stop() { impl_->stop(); }

}  // namespace headroom::http
