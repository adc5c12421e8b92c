#include "net/ws_client.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <variant>

#include "net/detail/dialer.hpp"
#include "net/url.hpp"

namespace headroom::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
namespace ssl = boost::asio::ssl;
using error_code = boost::system::error_code;
using steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t frame_overhead = 16;  // so that empty messages are bounded too
constexpr auto never = steady::time_point::max();

/// ws and wss are http and https until the upgrade (RFC 6455 section 3).
std::optional<url> parse_ws(const std::string& text) {
  const bool fits = text.starts_with("ws://") || text.starts_with("wss://");
  return fits ? url::parse("http" + text.substr(2)) : std::nullopt;
}

}  // namespace

/// Everything below runs on the I/O thread, except open(), run() and stop().
class ws_client::engine : public std::enable_shared_from_this<engine> {
 public:
  class connection;
  class handle;

  explicit engine(ws_client_options options)
      : options_(std::move(options)), tls_(detail::client_tls(options_.ca_file)) {}

  /// The thread keeps the engine alive: the client may be destroyed by a callback.
  void start() {
    thread_ = std::thread{[self = shared_from_this()] { self->io_.run(); }};
  }

  std::unique_ptr<ws_socket> open(const std::string& address, ws_events events);
  void stop();
  void release();

  /// False: it is stopped, and `what` never runs.
  template <class What>
  bool run(What what) {
    const std::lock_guard lock{mutex_};
    if (stopped_) return false;
    asio::post(io_, std::move(what));
    return true;
  }

 private:
  friend class connection;

  const ws_client_options options_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  ssl::context tls_;
  std::set<std::shared_ptr<connection>> open_;
  std::atomic<std::size_t> count_{0};  // of connections that have not ended

  std::mutex mutex_;
  bool stopped_ = false;  // guarded: nothing is posted after it is set
  std::mutex join_mutex_;
  std::thread thread_;
};

/// One socket. Steps: dial -> (TLS ->) upgrade -> read and write until it ends.
class ws_client::engine::connection : public std::enable_shared_from_this<connection> {
  using plain_socket = websocket::stream<beast::tcp_stream>;
  using tls_socket = websocket::stream<detail::tls_stream>;

 public:
  connection(engine& owner, url where, ws_events events)
      : owner_(owner),
        url_(std::move(where)),
        events_(std::move(events)),
        dialer_(owner.io_),
        timer_(owner.io_),
        stream_(std::in_place_type<plain_socket>, owner.io_) {
    if (url_.tls) stream_.emplace<tls_socket>(owner.io_, owner.tls_);
  }

  void start() {
    silent_at_ = steady::now() + owner_.options_.connect_timeout;
    watch();
    if (url_.port == "0") return end("bad port");
    if (auto* s = std::get_if<tls_socket>(&stream_))
      if (!detail::expect_host(s->next_layer(), url_.host)) return end("bad host name");
    dialer_.dial(tcp(), url_, [self = shared_from_this()](error_code ec) { self->connected(ec); });
  }

  /// Any thread: whether so many bytes more may wait.
  bool reserve(std::size_t bytes) {
    if (unsent_.fetch_add(bytes) + bytes <= owner_.options_.max_unsent) return true;
    unsent_ -= bytes;
    return false;
  }

  void send(std::string text) {
    if (ended_ || closing_) return;
    outbox_.push_back(std::move(text));
    if (opened_ && outbox_.size() == 1) write();
  }

  void took() {
    if (unread_ > 0) --unread_;
    if (opened_ && !ended_ && !closing_) read();
  }

  /// Says farewell, if there is somebody to hear it.
  void close() {
    if (ended_ || closing_) return;
    if (!opened_) return end("closed");
    closing_ = true;
    silent_at_ = steady::now() + owner_.options_.close_timeout;
    stuck_at_ = never;
    watch();
    visit([self = shared_from_this()](auto& stream) {
      stream.async_close(websocket::close_code::normal,
                         [self](error_code) { self->end("closed"); });
    });
  }

  /// Later steps of the same connection find it ended and stop.
  void end(std::string why) {
    if (std::exchange(ended_, true)) return;
    const auto self = shared_from_this();
    timer_.cancel();
    dialer_.cancel();
    tcp().close();
    owner_.open_.erase(self);
    --owner_.count_;
    const auto events = std::exchange(events_, {});
    events.closed(std::move(why));
  }

 private:
  template <class Use>
  void visit(Use&& use) {
    std::visit(std::forward<Use>(use), stream_);
  }
  beast::tcp_stream& tcp() {
    if (auto* s = std::get_if<plain_socket>(&stream_)) return s->next_layer();
    return std::get<tls_socket>(stream_).next_layer().next_layer();
  }

  /// One timer for what must happen next: something is heard, a write is done.
  void watch() {
    timer_.expires_at(std::min(silent_at_, stuck_at_));
    timer_.async_wait([self = shared_from_this()](error_code) {
      if (self->ended_ || steady::now() < std::min(self->silent_at_, self->stuck_at_)) return;
      self->end("timeout");
    });
  }

  void sign_of_life() {
    if (closing_) return;
    silent_at_ = steady::now() + owner_.options_.idle_timeout;
    watch();
  }

  void connected(error_code ec) {
    if (ended_) return;
    if (ec) return end(ec.message());
    auto* s = std::get_if<tls_socket>(&stream_);
    if (!s) return upgrade();
    s->next_layer().async_handshake(ssl::stream_base::client,
                                    [self = shared_from_this()](error_code failed) {
                                      if (self->ended_) return;
                                      if (failed) return self->end(failed.message());
                                      self->upgrade();
                                    });
  }

  void upgrade() {
    visit([self = shared_from_this()](auto& stream) {
      stream.read_message_max(self->owner_.options_.max_message);
      stream.set_option(websocket::stream_base::decorator(
          [agent = self->owner_.options_.user_agent](websocket::request_type& request) {
            if (!agent.empty()) request.set(http::field::user_agent, agent);
          }));
      // Within a read, which keeps the connection alive.
      stream.control_callback([x = self.get()](websocket::frame_type, beast::string_view) {
        if (!x->ended_) x->sign_of_life();
      });
      stream.async_handshake(self->answer_, self->url_.authority, self->url_.target,
                             [self](error_code ec) { self->upgraded(ec); });
    });
  }

  void upgraded(error_code ec) {
    if (ended_) return;
    if (ec == websocket::error::upgrade_declined)
      return end("the upgrade was answered with " + std::to_string(answer_.result_int()));
    if (ec) return end(ec.message());
    opened_ = true;
    sign_of_life();
    events_.opened();
    if (!outbox_.empty()) write();
    read();
  }

  void write() {
    stuck_at_ = steady::now() + owner_.options_.idle_timeout;
    watch();
    visit([self = shared_from_this()](auto& stream) {
      stream.text(true);
      stream.async_write(asio::buffer(self->outbox_.front()),
                         [self](error_code ec, std::size_t) { self->written(ec); });
    });
  }

  void written(error_code ec) {
    if (ended_ || closing_) return;
    if (ec) return end(ec.message());
    unsent_ -= outbox_.front().size() + frame_overhead;
    outbox_.pop_front();
    stuck_at_ = never;
    if (!outbox_.empty()) write();
  }

  /// The next message, unless too many wait for their reader: then the peer waits, and its silence
  /// is our doing.
  void read() {
    if (reading_) return;
    if (unread_ >= owner_.options_.max_unread) {
      silent_at_ = never;
      return watch();
    }
    if (silent_at_ == never) sign_of_life();
    reading_ = true;
    visit([self = shared_from_this()](auto& stream) {
      stream.async_read(self->buffer_, [self](error_code ec, std::size_t) { self->heard(ec); });
    });
  }

  void heard(error_code ec) {
    reading_ = false;
    if (ended_) return;
    if (ec) return end(closing_ ? "closed" : reason_of(ec));
    auto text = beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    if (closing_) return;
    sign_of_life();
    bool is_text = false;
    visit([&](auto& stream) { is_text = stream.got_text(); });
    if (is_text) {
      ++unread_;
      events_.text(std::move(text));
    }
    read();
  }

  std::string reason_of(error_code ec) {
    if (ec != websocket::error::closed) return ec.message();
    unsigned code = 0;
    visit([&](auto& stream) { code = stream.reason().code; });
    return "closed by the peer with code " + std::to_string(code);
  }

  engine& owner_;
  const url url_;
  ws_events events_;
  detail::dialer dialer_;
  asio::steady_timer timer_;
  std::variant<plain_socket, tls_socket> stream_;
  websocket::response_type answer_;
  beast::flat_buffer buffer_;
  std::deque<std::string> outbox_;      // its first is being written
  std::atomic<std::size_t> unsent_{0};  // bytes of it, and of what is on its way to it
  std::size_t unread_ = 0;
  steady::time_point silent_at_ = never;  // nothing was heard until then
  steady::time_point stuck_at_ = never;   // a write is not done by then
  bool opened_ = false;
  bool reading_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

/// The owner's end: it may outlive the client, which then does nothing for it.
class ws_client::engine::handle : public ws_socket {
 public:
  handle(std::shared_ptr<engine> owner, std::shared_ptr<connection> to)
      : owner_(std::move(owner)), to_(std::move(to)) {}
  ~handle() override {
    owner_->run([to = to_] { to->close(); });
  }

  bool send(std::string text) override {
    if (!to_->reserve(text.size() + frame_overhead)) return false;
    return owner_->run([to = to_, text = std::move(text)]() mutable { to->send(std::move(text)); });
  }
  void took() override {
    owner_->run([to = to_] { to->took(); });
  }

 private:
  std::shared_ptr<engine> owner_;  // outlives the connection
  std::shared_ptr<connection> to_;
};

std::unique_ptr<ws_socket> ws_client::engine::open(const std::string& address, ws_events events) {
  auto where = parse_ws(address);
  if (!where) return nullptr;
  if (count_.fetch_add(1) >= options_.max_open) {
    --count_;
    return nullptr;
  }
  auto next = std::make_shared<connection>(*this, std::move(*where), std::move(events));
  const bool begun = run([this, next] {
    open_.insert(next);
    next->start();
  });
  if (begun) return std::make_unique<handle>(shared_from_this(), std::move(next));
  --count_;
  return nullptr;
}

void ws_client::engine::stop() {
  {
    const std::lock_guard lock{mutex_};
    if (!stopped_) {
      stopped_ = true;
      asio::post(io_, [this] {
        while (!open_.empty()) (*open_.begin())->end("stopped");
        work_.reset();
      });
    }
  }
  if (thread_.get_id() == std::this_thread::get_id()) return;  // it ends by itself
  const std::lock_guard lock{join_mutex_};
  if (thread_.joinable()) thread_.join();
}

void ws_client::engine::release() {
  stop();
  if (thread_.joinable()) thread_.detach();  // only on the I/O thread itself
}

ws_client::ws_client(ws_client_options options)
    : engine_(std::make_shared<engine>(std::move(options))) {
  engine_->start();
}

ws_client::~ws_client() { engine_->release(); }

std::unique_ptr<ws_socket> ws_client::open(const std::string& url, ws_events events) {
  return engine_->open(url, std::move(events));
}

void ws_client::stop() { engine_->stop(); }

}  // namespace headroom::net
