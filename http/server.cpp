#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <optional>
#include <stdexcept>
#include <thread>

#include "http/descriptors.hpp"
#include "http/event_feed.hpp"
#include "http/router.hpp"
#include "http/web_pages.hpp"
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

/// Brings home which sessions have changed. What one answer has no room for comes with the next.
class sessions_question final : public question {
 public:
  static constexpr std::uint32_t most_at_once = 5'000;

  sessions_question(front& to, std::atomic<bool>& busy) : to_{to}, busy_{busy} {}

  void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) override {
    using changes = std::vector<signed_session>;
    if (said.match_elements<changes>()) {
      const auto& news = said.get_as<changes>(0);
      to_.sessions.hear(news, to_.services.now());
      if (news.size() < most_at_once) to_.sessions.is_complete();
    }
    busy_.store(false);
    self.reset();
  }
  void run() override {}

 private:
  front& to_;
  std::atomic<bool>& busy_;
};

[[noreturn]] void cannot_listen(const std::string& address, std::uint16_t port,
                                const std::string& why) {
  throw std::runtime_error{"cannot listen on " + address + ":" + std::to_string(port) + ": " + why};
}

endpoint endpoint_of(const std::string& address, std::uint16_t port) {
  error_code failed;
  const auto parsed = asio::ip::make_address(address, failed);
  if (failed) cannot_listen(address, port, "not an IP address");
  return {parsed, port};
}

/// As many connections as there are descriptors for.
server_settings affordable(server_settings s) {
  const auto limit = raise_descriptor_limit();
  const auto most = affordable_connections(s.max_connections, limit);
  if (most < s.max_connections)
    spdlog::warn("http.connections_limited wanted={} taken={} descriptors={}", s.max_connections,
                 most, limit);
  s.max_connections = most;
  s.max_streams = std::min(s.max_streams, most / 2);
  return s;
}

}  // namespace

class server::impl {
 public:
  /// `settings` as far as they are affordable.
  impl(const server_settings& settings, http_services services, const router& routes)
      : threads_wanted_{std::max(1U, settings.threads)},
        front_{routes,
               services,
               settings,
               bridge_handle{services.system},
               {},
               {threads_wanted_ + 1, routes.labels()},
               {settings.kept_refusals, settings.refusals_kept},
               make_openapi_document(settings.public_url),
               rate_table{settings.key_rate},
               rate_table{settings.signer_rate},
               rate_table{settings.session_rate},
               {settings.max_streams, settings.max_streams_per_caller},
               {},
               site_of(settings.public_url)} {}

  ~impl() { stop(); }

  void start() {
    const auto& s = front_.settings;
    if (!s.web_root.empty()) front_.pages = std::make_shared<const web_pages>(s.web_root);
    auto where = endpoint_of(s.address, s.port);
    if (where.port() != 0 && threads_wanted_ > 1) refuse_taken_port(where);
    for (unsigned i = 0; i < threads_wanted_; ++i) {
      workers_.push_back(listening(i, where, door::everybody));
      where.port(workers_.back()->port());  // the kernel's choice, shared by the rest
    }
    port_ = where.port();
    if (!s.admin_address.empty()) {
      admin_ =
          listening(threads_wanted_, endpoint_of(s.admin_address, s.admin_port), door::operators);
      admin_port_ = admin_->port();
    }
    running_ = workers_.size();
    first_keys_.emplace(workers_.front()->io);
    asio::post(workers_.front()->io, [this] { ask_first_keys(first_keys_tries); });
    for (auto& w : workers_) threads_.emplace_back([this, worker = w.get()] { run(*worker); });
    if (admin_) admin_thread_ = std::thread{[this] { admin_->run(); }};
    spdlog::info("http.listening address={} port={} threads={} connections={} admin_port={}",
                 s.address, port_, threads_wanted_, s.max_connections, admin_port_);
  }

  /// The operators' door closes last: until then it says that the service shuts down.
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
      for (auto& w : workers_) w->cut();  // of one that was stopped by force: no stream wakes it
      spdlog::info("http.stopped port={}", port_);
    }
    if (admin_thread_.joinable()) {
      asio::post(admin_->io, [w = admin_.get()] {
        w->drain();
        w->cut();
      });
      admin_thread_.join();
    }
    front_.bridge->close();  // from here on no actor's answer comes through
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t admin_port() const noexcept { return admin_port_; }

 private:
  /// Throws when it cannot listen. `index` is its slot of the metrics.
  std::unique_ptr<worker> listening(unsigned index, const endpoint& where, door opens_to) {
    auto out = std::make_unique<worker>(
        front_, front_.metrics.of_thread(index),
        [this, index](clock::time_point now) { tick(index, now); }, opens_to);
    error_code failed;
    const bool shared = opens_to == door::everybody && threads_wanted_ > 1;
    if (!out->listen(where, shared, failed))
      cannot_listen(where.address().to_string(), where.port(), failed.message());
    return out;
  }

  /// With SO_REUSEPORT a second service on the same port would be let in silently.
  void refuse_taken_port(const endpoint& where) {
    asio::io_context io;
    tcp::acceptor probe{io};
    error_code failed;
    probe.open(where.protocol(), failed);
    if (!failed) probe.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) probe.bind(where, failed);
    if (!failed) probe.listen(1, failed);
    if (failed) cannot_listen(where.address().to_string(), where.port(), failed.message());
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
    if (index != 0) return;
    feed_.tick(now);
    if (now >= next_refresh_) {
      ask_keys(now);
    } else if (!front_.sessions.complete()) {
      ask_sessions(now);
    }
  }

  /// False when there is nobody to ask yet.
  bool ask_keys(clock::time_point now) {
    const auto query = front_.services.dir.handles.get<actors::query_actor>();
    if (!query) return false;
    next_refresh_ = now + key_refresh;
    ask_sessions(now);  // before the keys: whoever sees those finds both
    if (!refreshing_.exchange(true))
      front_.bridge->ask(query, now + key_timeout,
                         std::make_unique<keys_question>(front_.keys, refreshing_),
                         actors::keys_atom::value);
    return true;
  }

  void ask_sessions(clock::time_point now) {
    const auto query = front_.services.dir.handles.get<actors::query_actor>();
    if (!query || hearing_.exchange(true)) return;
    front_.bridge->ask(query, now + key_timeout,
                       std::make_unique<sessions_question>(front_, hearing_),
                       actors::sessions_atom::value, front_.sessions.heard(),
                       std::uint32_t{sessions_question::most_at_once});
  }

  /// The actors may start a moment after us, and every request with a key waits for the keys.
  void ask_first_keys(unsigned tries_left) {
    if (front_.services.dir.users.draining() || ask_keys(clock::now()) || tries_left == 0) return;
    first_keys_->expires_after(first_keys_wait);
    first_keys_->async_wait([this, tries_left](error_code stopped) {
      if (!stopped) ask_first_keys(tries_left - 1);
    });
  }

  unsigned threads_wanted_;
  front front_;
  event_feed feed_{front_};
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<std::thread> threads_;
  std::unique_ptr<worker> admin_;
  std::thread admin_thread_;
  std::optional<asio::steady_timer> first_keys_;  // of the first worker, as is next_refresh_
  clock::time_point next_refresh_{};
  std::atomic<bool> refreshing_{false};
  std::atomic<bool> hearing_{false};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0;
};

server::server(const server_settings& settings, http_services services, const router& routes)
    : impl_{std::make_unique<impl>(affordable(settings), services, routes)} {}
server::~server() = default;
void server::start() { impl_->start(); }
std::uint16_t server::port() const noexcept { return impl_->port(); }
std::uint16_t server::admin_port() const noexcept { return impl_->admin_port(); }
void server::stop() { impl_->stop(); }

}  // namespace headroom::http
