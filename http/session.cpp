#include "http/session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

namespace headroom::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t read_size = 8 * 1024;
constexpr std::chrono::seconds linger_time{1};
constexpr std::chrono::seconds answer_slack{5};  // beyond the bridge's own deadline
constexpr std::chrono::seconds last_place_time{2};
constexpr std::chrono::milliseconds refusal_pause{100};

}  // namespace

session::session(worker& home, tcp_socket socket, place where)
    : exchange{home.shared(), home.opens_to() == door::operators},
      home_{home},
      socket_{std::move(socket)},
      where_{where},
      in_{settings().max_header + settings().max_body + 2 * read_size} {}

bool session::idle() const {
  error_code ignored;
  return state_ == state::idle && socket_.available(ignored) == 0;
}

void session::start() {
  deadline_ = clock::now() + header_time();
  next_request();
}

session::clock::duration session::header_time() const noexcept {
  const clock::duration usual = settings().header_timeout;
  return where_ == place::last ? std::min<clock::duration>(usual, last_place_time) : usual;
}

void session::next_request() {
  parser_.emplace(head_, body_, settings().max_header);
  parser_->eager(true);
  parser_->body_limit(settings().max_body);
  asked_to_continue_ = false;
  may_skip_line_ = true;
  state_ = state::idle;
  if (in_.size() == 0) return read();
  state_ = state::reading;  // pipelined
  deadline_ = clock::now() + header_time();
  parse();
}

void session::read() {
  if (in_.size() == in_.max_size())  // a chunk's line or trailers without end
    return refuse_connection(
        protocol_problem(431, "header_too_large", "a line of the request is over the limit"));
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
    deadline_ = clock::now() + header_time();
  }
  parse();
}

/// RFC 9112 section 2.2: old clients send an empty line after a body; one is skipped. False when
/// more must be read to know.
bool session::past_empty_line() {
  const auto* const text = static_cast<const char*>(in_.data().data());
  if (in_.size() == 0 || (in_.size() == 1 && text[0] == '\r')) return false;
  may_skip_line_ = false;
  if (text[0] == '\r' && text[1] == '\n') in_.consume(2);
  return in_.size() > 0;
}

void session::parse() {
  while (!parser_->is_done()) {
    if (in_.size() == 0 || (may_skip_line_ && !past_empty_line())) return read();
    const bool had_header = parser_->is_header_done();
    error_code failed;
    const auto used = parser_->feed(in_.data(), failed);
    in_.consume(used);
    if (failed && failed != beast::http::error::need_more)
      return refuse_connection(problem_of_parse(failed));
    if (!had_header && parser_->is_header_done())
      deadline_ = clock::now() + settings().request_timeout;  // for the body
    if (parser_->is_done()) break;
    if (parser_->is_header_done()) welcome_body();
    if (failed || used == 0) return read();  // more is needed
  }
  answer_request();
}

/// "Expect: 100-continue": the client waits for a word before it sends the body. Written at once;
/// 25 bytes always fit an empty send buffer, and a client that goes without only waits a moment.
void session::welcome_body() {
  if (std::exchange(asked_to_continue_, true) || !parser_->expects_continue()) return;
  static constexpr std::string_view word = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.write_some(asio::buffer(word), ignored);
}

void session::answer_request() {
  asked_at_ = clock::now();
  state_ = state::answering;
  deadline_ = asked_at_ + settings().request_timeout + answer_slack;
  keep_alive_ = parser_->persistent();
  const auto message = parser_->message();
  without_body_ = message.method == verb::head;
  begin(message, asked_at_ + settings().request_timeout);
  shared().routes.dispatch(*this, let_in());
}

admission session::let_in() {
  auto& in_flight = shared().metrics.in_flight;
  counted_in_flight_ = true;
  const auto before = in_flight.fetch_add(1, std::memory_order_relaxed);
  if (home_.opens_to() == door::operators) return admission::operators;
  if (where_ == place::last) {
    keep_alive_ = false;
    return admission::no_place;
  }
  const bool full = before >= static_cast<std::int64_t>(settings().max_in_flight);
  return full ? admission::too_much_in_flight : admission::everything;
}

void session::count_answer(unsigned status, clock::time_point now) {
  if (std::exchange(counted_in_flight_, false))
    shared().metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
  home_.counts().record(route(), status,
                        std::chrono::duration_cast<std::chrono::microseconds>(now - asked_at_));
}

void session::send(response&& answer) {
  if (state_ != state::answering) return;
  const auto now = clock::now();
  count_answer(answer.status, now);
  deadline_ = now + (where_ == place::last
                         ? std::min<clock::duration>(settings().request_timeout, last_place_time)
                         : clock::duration{settings().request_timeout});
  if (home_.draining()) keep_alive_ = false;
  one_stranger_too_many(answer) ? write_later(std::move(answer)) : write(answer);
}

bool session::one_stranger_too_many(const response& answer) {
  const auto& allowed = settings().refused_rate;
  if (answer.status != 401 || where_ == place::last || !allowed.limits()) return false;
  return shared().refusals.take(allowed, clock::now()) > clock::duration::zero();
}

/// Its own connection waits, which is free; nothing else does.
void session::write_later(response&& answer) {
  held_ = std::make_unique<held_answer>(
      held_answer{asio::steady_timer{socket_.get_executor(), refusal_pause}, std::move(answer)});
  deadline_ += refusal_pause;
  held_->timer.async_wait([s = self()](error_code) {
    if (s->state_ != state::answering || !s->held_) return;
    const auto held = std::move(s->held_);
    s->write(held->what);
  });
}

/// A request that cannot be read: say why, then close, for what follows in the stream has no
/// meaning.
void session::refuse_connection(const problem& p) {
  error_code ignored;
  if (state_ == state::reading) socket_.cancel(ignored);
  asked_at_ = clock::now();
  state_ = state::answering;
  keep_alive_ = false;
  without_body_ = false;
  begin(parser_->message(), asked_at_);
  refuse(p);
}

problem session::problem_of_parse(error_code failed) const {
  if (parser_->refusal()) return *parser_->refusal();
  using error = beast::http::error;
  if (failed == error::header_limit || failed == error::buffer_overflow)
    return protocol_problem(431, "header_too_large", "the request's header is over the limit");
  if (failed == error::body_limit)
    return problem_of(errc::payload_too_large, "the request's body is over the limit");
  return problem_of(errc::bad_request, "this is not a valid HTTP/1.1 request: " + failed.message());
}

/// By hand, in one buffer: Beast's own response costs nearly half of a hot answer.
void session::write(const response& answer) {
  out_.clear();
  out_.reserve(224 + answer.headers.size() + answer.body.size());
  begin_head(answer.status);
  const bool bodiless = answer.status == 204 || answer.status == 304;
  if (!bodiless) {
    out_.append("Content-Type: ").append(answer.content_type);
    out_.append("\r\nContent-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  }
  end_head(answer);
  if (!without_body_ && !bodiless) out_.append(answer.body);
  write_out();
}

void session::begin_head(unsigned status) {
  out_.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  out_.append(reason_phrase(status)).append("\r\nDate: ").append(home_.date()).append("\r\n");
}

void session::end_head(const response& answer) {
  out_.append(answer.headers);
  if (!keep_alive_) {
    out_.append("Connection: close\r\n");
  } else if (parser_ && parser_->is_http_1_0()) {
    out_.append("Connection: keep-alive\r\n");
  }
  out_.append("\r\n");
}

void session::write_out() {
  state_ = state::writing;
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
  if (!stop_sending()) return;
  in_.clear();
  drop_input();
}

/// False when the connection is gone.
bool session::stop_sending() {
  error_code failed;
  socket_.shutdown(tcp_socket::shutdown_send, failed);
  if (failed) {
    close();
    return false;
  }
  state_ = state::lingering;
  deadline_ = clock::now() + linger_time;
  return true;
}

void session::drop_input() {
  socket_.async_read_some(in_.prepare(read_size), [s = self()](error_code failed, std::size_t) {
    if (s->state_ != state::lingering && s->state_ != state::streaming) return;
    if (failed) return s->close();
    s->drop_input();
  });
}

void session::check_deadline(clock::time_point now) {
  if (state_ == state::streaming) return check_stream(now);
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
  held_.reset();  // and its timer: nothing may outlast the connection
  leave_stream();
  error_code ignored;
  socket_.close(ignored);
  home_.left(self());
}

void session::post(std::unique_ptr<question> q) {
  asio::post(home_.io, [q = std::move(q)] { q->run(); });
}

}  // namespace headroom::http
