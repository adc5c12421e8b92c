#include "net/http_client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <variant>

#include "net/detail/dialer.hpp"
#include "net/guarded_client.hpp"
#include "net/lease.hpp"
#include "net/url.hpp"

namespace headroom::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using detail::tls_stream;
using error_code = boost::system::error_code;

namespace {

constexpr std::size_t max_response_header = 64 * 1024;

/// One socket, plain or TLS.
class connection {
 public:
  explicit connection(asio::io_context& io) : stream_(std::in_place_type<beast::tcp_stream>, io) {}
  connection(asio::io_context& io, ssl::context& tls)
      : stream_(std::in_place_type<tls_stream>, io, tls) {}

  beast::tcp_stream& tcp() {
    if (auto* plain = std::get_if<beast::tcp_stream>(&stream_)) return *plain;
    return std::get<tls_stream>(stream_).next_layer();
  }
  /// Null for a plain connection.
  tls_stream* tls() { return std::get_if<tls_stream>(&stream_); }
  template <class Use>
  void visit(Use&& use) {
    std::visit(std::forward<Use>(use), stream_);
  }
  void close() { tcp().close(); }

  /// False when the peer closed it, or sent something nobody asked for.
  bool looks_alive() {
    char byte = 0;
    const auto n = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  std::chrono::steady_clock::time_point idle_since{};

 private:
  std::variant<beast::tcp_stream, tls_stream> stream_;
};

bool is_safe_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

/// Everything below runs on the I/O thread, except request() and stop().
class detail::http_engine : public std::enable_shared_from_this<http_engine> {
 public:
  class exchange;

  explicit http_engine(http_client_options options, address_guard guard = {})
      : options_(std::move(options)),
        guard_(std::move(guard)),
        tls_(detail::client_tls(options_.ca_file)) {}

  /// The thread keeps the engine alive, so that the client may even be destroyed by its own
  /// callback (the last owner of a shared client may be one).
  void start() {
    thread_ = std::thread{[self = shared_from_this()] { self->io_.run(); }};
  }

  void request(http_request request, std::chrono::milliseconds timeout,
               std::function<void(http_result)> done);
  void stop();
  void release();

 private:
  friend class exchange;
  using kept = std::unique_ptr<connection>;

  std::unique_ptr<connection> take_idle(const std::string& origin) {
    auto& pool = idle_[origin];
    const auto oldest = std::chrono::steady_clock::now() - options_.max_idle_age;
    while (!pool.empty()) {
      auto out = std::move(pool.back());
      pool.pop_back();
      if (out->idle_since >= oldest && out->looks_alive()) return out;
    }
    return nullptr;
  }

  void keep(const std::string& origin, kept used) {
    if (stopping_) return;
    auto& pool = idle_[origin];
    used->idle_since = std::chrono::steady_clock::now();
    pool.push_back(std::move(used));
    if (pool.size() > options_.max_idle_per_host) pool.pop_front();
  }

  const http_client_options options_;
  const address_guard guard_;  // empty: any address
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  ssl::context tls_;
  std::map<std::string, std::deque<kept>> idle_;
  std::set<std::shared_ptr<exchange>> open_;
  bool stopping_ = false;  // I/O thread only

  std::mutex mutex_;
  bool stopped_ = false;  // guarded: no request is posted after it is set
  std::atomic<std::size_t> in_flight_{0};
  std::mutex join_mutex_;
  std::thread thread_;
};

/// One request, from resolving to its answer. Steps: (connect -> handshake ->) write -> read.
class detail::http_engine::exchange : public std::enable_shared_from_this<exchange> {
 public:
  exchange(http_engine& owner, http_request request, std::function<void(http_result)> done)
      : owner_(owner),
        request_(std::move(request)),
        done_(std::move(done)),
        dialer_(owner.io_, owner.guard_),
        deadline_(owner.io_) {}

  void start(std::chrono::milliseconds timeout) {
    deadline_.expires_after(timeout);
    deadline_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec) self->fail("timeout", http_failure::silence);
    });
    auto target = url::parse(request_.url);
    if (!target || !prepare(*target)) return fail("bad request", http_failure::ours);
    url_ = std::move(*target);
    connection_ = owner_.take_idle(url_.origin());
    reused_ = connection_ != nullptr;
    if (reused_) return write();
    connect();
  }

  /// Ends it, whatever the step. Later steps of the same exchange find done_ empty and stop.
  void fail(std::string why, http_failure failure = http_failure::broken) {
    http_result result;
    result.failure = failure;
    result.outcome = writing_ ? http_outcome::maybe_sent : http_outcome::refused_before_send;
    result.error = std::move(why);
    finish(std::move(result));
  }

 private:
  bool prepare(const url& target) {
    const auto verb = http::string_to_verb(request_.method);
    if (verb == http::verb::unknown || verb == http::verb::head || verb == http::verb::connect)
      return false;
    message_.method(verb);
    message_.target(target.target);
    message_.version(11);
    message_.set(http::field::host, target.authority);
    for (const auto& [name, value] : request_.headers) {
      const auto good_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
      });
      if (!good_name || !is_safe_text(value)) return false;
      message_.set(name, value);
    }
    message_.body() = std::move(request_.body);
    message_.prepare_payload();
    return true;
  }

  void connect() {
    if (url_.port == "0") return fail("bad port", http_failure::ours);
    if (url_.tls) {
      connection_ = std::make_unique<connection>(owner_.io_, owner_.tls_);
      if (!detail::expect_host(*connection_->tls(), url_.host))
        return fail("bad host name", http_failure::ours);
    } else {
      connection_ = std::make_unique<connection>(owner_.io_);
    }
    dialer_.dial(connection_->tcp(), url_,
                 [self = shared_from_this()](error_code ec) { self->connected(ec); });
  }

  void connected(error_code ec) {
    if (!done_) return;
    if (ec == detail::refused_by_guard) return fail(address_refused, http_failure::ours);
    if (ec) return fail(ec.message());
    auto* tls = connection_->tls();
    if (!tls) return write();
    tls->async_handshake(ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
      if (!self->done_) return;
      if (failed) return self->fail(failed.message());
      self->write();
    });
  }

  void write() {
    if (message_.method() != http::verb::get && !lease::of_process().holds())
      return fail("this node does not act for the house now", http_failure::ours);
    writing_ = true;
    connection_->visit([self = shared_from_this()](auto& stream) {
      http::async_write(stream, self->message_, [self](error_code ec, std::size_t written) {
        if (!self->done_) return;
        if (ec) return self->broken(ec, written == 0);
        self->read();
      });
    });
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(owner_.options_.max_body);
    parser_->header_limit(max_response_header);
    connection_->visit([self = shared_from_this()](auto& stream) {
      http::async_read(stream, self->buffer_, *self->parser_, [self](error_code ec, std::size_t) {
        if (!self->done_) return;
        if (ec) return self->broken(ec, false);
        self->answered();
      });
    });
  }

  /// A kept connection may have died while idle: start over on a new one if that is harmless.
  void broken(error_code ec, bool nothing_written) {
    const bool got_nothing = !parser_ || !parser_->got_some();
    const bool harmless = nothing_written || message_.method() == http::verb::get;
    if (!reused_ || !got_nothing || !harmless) return fail(ec.message());
    reused_ = false;
    writing_ = !nothing_written;  // a GET may be with the server already
    buffer_.clear();
    connect();
  }

  void answered() {
    auto& response = parser_->get();
    http_result result;
    result.outcome = http_outcome::answered;
    result.failure = http_failure::none;
    result.status = response.result_int();
    for (const auto& field : response)
      result.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
    result.body = std::move(response.body());
    if (parser_->keep_alive() && buffer_.size() == 0) {
      owner_.keep(url_.origin(), std::move(connection_));
    }
    finish(std::move(result));
  }

  void finish(http_result result) {
    if (!done_) return;
    const auto done = std::exchange(done_, nullptr);
    const auto self = shared_from_this();
    deadline_.cancel();
    dialer_.cancel();
    if (connection_) connection_->close();
    owner_.open_.erase(self);
    --owner_.in_flight_;
    done(std::move(result));
  }

  http_engine& owner_;
  http_request request_;
  std::function<void(http_result)> done_;  // empty once called
  url url_;
  detail::dialer dialer_;
  asio::steady_timer deadline_;
  std::unique_ptr<connection> connection_;
  bool reused_ = false;
  bool writing_ = false;  // from here on the server may know of it
  http::request<http::string_body> message_;
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
};

void detail::http_engine::request(http_request request, std::chrono::milliseconds timeout,
                                  std::function<void(http_result)> done) {
  const char* refusal = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (stopped_) {
      refusal = "stopped";
    } else if (in_flight_ >= options_.max_in_flight) {
      refusal = "overloaded";
    } else {
      ++in_flight_;
      auto next = std::make_shared<exchange>(*this, std::move(request), std::move(done));
      asio::post(io_, [this, next = std::move(next), timeout] {
        open_.insert(next);
        next->start(timeout);
      });
    }
  }
  if (refusal) {
    http_result result;
    result.error = refusal;
    done(std::move(result));
  }
}

void detail::http_engine::stop() {
  {
    const std::lock_guard lock{mutex_};
    if (!stopped_) {
      stopped_ = true;
      asio::post(io_, [this] {
        stopping_ = true;
        while (!open_.empty()) (*open_.begin())->fail("stopped", http_failure::ours);
        idle_.clear();
        work_.reset();
      });
    }
  }
  if (thread_.get_id() == std::this_thread::get_id()) return;  // it ends by itself
  const std::lock_guard lock{join_mutex_};
  if (thread_.joinable()) thread_.join();
}

void detail::http_engine::release() {
  stop();
  if (thread_.joinable()) thread_.detach();  // only on the I/O thread itself
}

class http_client::engine final : public detail::http_engine {
 public:
  using http_engine::http_engine;
};

http_client::http_client(http_client_options options)
    : engine_(std::make_shared<engine>(std::move(options))) {
  engine_->start();
}

http_client::~http_client() { engine_->release(); }

void http_client::request(http_request request, std::chrono::milliseconds timeout,
                          std::function<void(http_result)> done) {
  engine_->request(std::move(request), timeout, std::move(done));
}

void http_client::stop() { engine_->stop(); }

guarded_client::guarded_client(http_client_options options, address_guard may_connect)
    : engine_(std::make_shared<detail::http_engine>(std::move(options), std::move(may_connect))) {
  engine_->start();
}

guarded_client::~guarded_client() { engine_->release(); }

void guarded_client::request(http_request request, std::chrono::milliseconds timeout,
                             std::function<void(http_result)> done) {
  engine_->request(std::move(request), timeout, std::move(done));
}

void guarded_client::stop() { engine_->stop(); }

std::string_view http_result::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (beast::iequals(key, beast::string_view{name.data(), name.size()})) return value;
  return {};
}

}  // namespace headroom::net
