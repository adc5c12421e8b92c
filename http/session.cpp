#include "http/session.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "http/router.hpp"

namespace headroom::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t read_size = 8 * 1024;
constexpr std::chrono::seconds linger_time{1};
constexpr std::chrono::seconds answer_slack{5};  // beyond the bridge's own deadline

verb verb_of(beast::http::verb v) noexcept {
  switch (v) {
    case beast::http::verb::get: return verb::get;
    case beast::http::verb::head: return verb::head;
    case beast::http::verb::post: return verb::post;
    case beast::http::verb::patch: return verb::patch;
    case beast::http::verb::options: return verb::options;
    default: return verb::other;
  }
}

std::string_view view(beast::string_view s) noexcept { return {s.data(), s.size()}; }

/// "http://host/path", the form for proxies, is "/path" here.
std::string_view without_authority(std::string_view target) noexcept {
  if (!target.starts_with("http://")) return target;
  const auto path = target.find('/', 7);
  return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
}

request request_of(const beast::http::request<beast::http::string_body>& r) {
  request out;
  out.method = verb_of(r.method());
  const auto target = without_authority(view(r.target()));
  const auto mark = target.find('?');
  out.path = target.substr(0, mark);
  if (mark != std::string_view::npos) out.query = target.substr(mark + 1);
  out.body = r.body();
  for (const auto& f : r) {
    for (std::size_t i = 0; i < header_count; ++i) {
      const auto name = header_names[i];
      if (f.name_string().size() != name.size() ||
          !beast::iequals(f.name_string(), beast::string_view{name.data(), name.size()}))
        continue;
      out.headers[i].text = view(f.value());
      ++out.headers[i].count;
    }
  }
  return out;
}

}  // namespace

session::session(worker& home, tcp_socket socket)
    : exchange{home.shared()},
      home_{home},
      socket_{std::move(socket)},
      in_{settings().max_header + settings().max_body + 2 * read_size} {}

bool session::idle() const {
  error_code ignored;
  return state_ == state::idle && socket_.available(ignored) == 0;
}

void session::start() {
  deadline_ = clock::now() + settings().header_timeout;
  next_request();
}

void session::turn_away() {
  turned_away_ = true;
  refuse_connection(problem_of(errc::overloaded, "too many connections"));
}

void session::next_request() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(static_cast<std::uint32_t>(settings().max_header));
  parser_->body_limit(settings().max_body);
  asked_to_continue_ = false;
  state_ = state::idle;
  if (in_.size() == 0) return read();
  state_ = state::reading;  // pipelined
  deadline_ = clock::now() + settings().header_timeout;
  parse();
}

void session::read() {
  socket_.async_read_some(
      in_.prepare(std::min(read_size, in_.max_size() - in_.size())),
      [s = self()](error_code failed, std::size_t n) { s->on_read(failed, n); });
}

void session::on_read(error_code failed, std::size_t bytes) {
  if (state_ != state::idle && state_ != state::reading) return;  // overtaken by a deadline
  if (failed || bytes == 0) return close();
  in_.commit(bytes);
  if (state_ == state::idle) {
    state_ = state::reading;
    deadline_ = clock::now() + settings().header_timeout;
  }
  parse();
}

void session::parse() {
  while (!parser_->is_done()) {
    if (in_.size() == 0) return read();
    const bool had_header = parser_->is_header_done();
    error_code failed;
    const auto used = parser_->put(in_.data(), failed);
    in_.consume(used);
    if (failed && failed != beast::http::error::need_more)
      return refuse_connection(problem_of_parse(failed));
    if (!had_header && parser_->is_header_done())
      deadline_ = clock::now() + settings().request_timeout;  // for the body
    if (parser_->is_done()) break;
    if (parser_->is_header_done()) welcome_body();
    if (failed || used == 0) return read();  // more is needed
  }
  const auto& message = parser_->get();
  if (message.version() >= 11 && message.count(beast::http::field::host) != 1)
    return refuse_connection(problem_of(errc::bad_request, "one Host header is required"));
  answer_request();
}

/// "Expect: 100-continue": the client waits for a word before it sends the body. Written at once;
/// 25 bytes always fit an empty send buffer, and a client that goes without only waits a moment.
void session::welcome_body() {
  if (std::exchange(asked_to_continue_, true)) return;
  if (!beast::iequals(parser_->get()[beast::http::field::expect], "100-continue")) return;
  static constexpr std::string_view word = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.write_some(asio::buffer(word), ignored);
}

void session::answer_request() {
  const auto& message = parser_->get();
  asked_at_ = clock::now();
  state_ = state::answering;
  deadline_ = asked_at_ + settings().request_timeout + answer_slack;
  keep_alive_ = message.keep_alive();
  head_ = message.method() == beast::http::verb::head;
  begin(request_of(message), asked_at_ + settings().request_timeout);
  auto& in_flight = shared().metrics.in_flight;
  counted_in_flight_ = true;
  const auto before = in_flight.fetch_add(1, std::memory_order_relaxed);
  const bool full = before >= static_cast<std::int64_t>(settings().max_in_flight);
  dispatch(*this, full);
}

void session::send(response&& answer) {
  if (state_ != state::answering) return;
  if (std::exchange(counted_in_flight_, false))
    shared().metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
  const auto now = clock::now();
  home_.counts().record(route(), answer.status,
                        std::chrono::duration_cast<std::chrono::microseconds>(now - asked_at_));
  deadline_ = now + settings().request_timeout;
  if (home_.draining()) keep_alive_ = false;
  write(answer);
}

/// A request that cannot be read: say why, then close, for what follows in the stream has no
/// meaning.
void session::refuse_connection(const problem& p) {
  error_code ignored;
  if (state_ == state::reading) socket_.cancel(ignored);
  keep_alive_ = false;
  head_ = false;
  const auto now = clock::now();
  home_.counts().record(0, p.status, std::chrono::microseconds{0});
  deadline_ = now + settings().request_timeout;
  write(to_response(p, "/"));
}

problem session::problem_of_parse(error_code failed) {
  using error = beast::http::error;
  if (failed == error::header_limit || failed == error::buffer_overflow)
    return protocol_problem(431, "header_too_large", "the request's header is over the limit");
  if (failed == error::body_limit)
    return problem_of(errc::payload_too_large, "the request's body is over the limit");
  return problem_of(errc::bad_request, "this is not a valid HTTP/1.1 request: " + failed.message());
}

/// By hand, in one buffer: Beast's own response costs nearly half of a hot answer.
void session::write(const response& answer) {
  state_ = state::writing;
  out_.clear();
  out_.reserve(224 + answer.headers.size() + answer.body.size());
  out_.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
  out_.append(reason_phrase(answer.status)).append("\r\nDate: ").append(home_.date());
  if (answer.status != 204) {
    out_.append("\r\nContent-Type: ").append(answer.content_type);
    out_.append("\r\nContent-Length: ").append(std::to_string(answer.body.size()));
  }
  out_.append("\r\n").append(answer.headers);
  if (!keep_alive_) {
    out_.append("Connection: close\r\n");
  } else if (parser_ && parser_->get().version() < 11) {
    out_.append("Connection: keep-alive\r\n");
  }
  out_.append("\r\n");
  if (!head_ && answer.status != 204) out_.append(answer.body);
  asio::async_write(socket_, asio::buffer(out_),
                    [s = self()](error_code failed, std::size_t) { s->on_written(failed); });
}

void session::on_written(error_code failed) {
  if (state_ != state::writing) return;
  if (failed) return close();
  if (!keep_alive_) return linger();
  if (home_.draining()) return close();  // nothing is owed any more
  deadline_ = clock::now() + settings().idle_timeout;
  next_request();
}

void session::linger() {
  error_code failed;
  socket_.shutdown(tcp_socket::shutdown_send, failed);
  if (failed) return close();
  state_ = state::lingering;
  deadline_ = clock::now() + linger_time;
  in_.clear();
  drop_input();
}

void session::drop_input() {
  socket_.async_read_some(in_.prepare(read_size), [s = self()](error_code failed, std::size_t) {
    if (s->state_ != state::lingering) return;
    if (failed) return s->close();
    s->drop_input();
  });
}

void session::check_deadline(clock::time_point now) {
  if (now < deadline_) return;
  if (state_ == state::reading)
    return refuse_connection(
        protocol_problem(408, "request_timeout", "the request did not arrive in time"));
  close();
}

void session::close() {
  if (std::exchange(state_, state::closed) == state::closed) return;
  if (std::exchange(counted_in_flight_, false))
    shared().metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
  error_code ignored;
  socket_.close(ignored);
  home_.left(self());
}

void session::post(std::unique_ptr<question> q) {
  asio::post(home_.io, [q = std::move(q)] { q->run(); });
}

}  // namespace headroom::http
