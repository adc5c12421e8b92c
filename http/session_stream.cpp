#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "http/auth.hpp"
#include "http/session.hpp"

/// A connection whose answer is a stream of events: it writes what is pushed, says every so often
/// that it lives, and serves no further request, so what the client still sends is read away and
/// its end is noticed.
namespace headroom::http {
namespace {

using boost::system::error_code;

/// What the kernel may hold for a client that does not read: against it the newest cannot win.
constexpr int kept_by_kernel = 64 * 1024;

}  // namespace

std::shared_ptr<event_stream> session::begin_stream(response&& head, stream_places::place kept) {
  if (home_.draining()) throw problem_of(errc::shutting_down, "no event streams are opened");
  const auto& s = settings();
  auto source =
      std::make_shared<event_stream>(s.stream_queue, [&home = home_, me = weak_from_this()] {
        asio::post(home.io, [me] {
          if (const auto alive = me.lock()) static_cast<session&>(*alive).write_stream();
        });
      });
  if (state_ != state::answering) {  // the connection is gone
    source->close();
    return source;
  }
  count_answer(head.status, clock::now());
  keep_alive_ = false;
  const bool chunked = !parser_->is_http_1_0();
  out_.clear();
  begin_head(head.status);
  out_.append("Content-Type: ").append(head.content_type).append("\r\n");
  if (chunked) out_.append("Transfer-Encoding: chunked\r\n");
  end_head(head);
  if (without_body_) {
    source->close();
    deadline_ = clock::now() + s.request_timeout;
    write_out();
    return source;
  }
  error_code ignored;
  socket_.set_option(asio::socket_base::send_buffer_size{kept_by_kernel}, ignored);
  const stream_rhythm rhythm{s.stream_heartbeat, s.stream_pace, s.stream_retry};
  stream_ = std::make_unique<open_stream_state>(
      open_stream_state{std::move(kept), stream_writer{source, chunked, rhythm}});
  state_ = state::streaming;
  write_stream();
  in_.clear();
  drop_input();
  return source;
}

/// Writes what is due, unless something is being written.
void session::write_stream() {
  if (state_ != state::streaming || stream_->writing) return;
  const auto now = clock::now();
  auto& writer = stream_->writer;
  if (!writer.next(out_, now)) {
    deadline_ = writer.due();
    return;
  }
  shared().streams.count(writer.take_counts());
  stream_->writing = true;
  deadline_ = now + settings().request_timeout;
  asio::async_write(socket_, asio::buffer(out_),
                    [s = self()](error_code failed, std::size_t) { s->on_stream_written(failed); });
}

void session::on_stream_written(error_code failed) {
  if (state_ != state::streaming) return;
  if (failed) return close();
  out_.clear();
  stream_->writing = false;
  if (!stream_->writer.ended()) return write_stream();
  stream_->ends(stream_end::finished);
  leave_stream();
  (void)stop_sending();  // what reads the client's bytes away goes on, or it is closed
}

void session::check_stream(clock::time_point now) {
  if (!key_still_good(*this)) end_stream(stream_end::revoked);
  if (stream_->writer.is_abandoned()) stream_->writer.source().end();
  if (now < deadline_) return;
  if (!stream_->writing) return write_stream();
  stream_->ends(stream_end::slow);
  close();
}

/// With a last word, so that a page knows it was no accident.
void session::end_stream(stream_end why) {
  auto& source = stream_->writer.source();
  if (!source.push({"bye", "{}", 0, {}})) return;
  stream_->ends(why);
  source.end();
}

void session::drain() {
  if (state_ == state::streaming) end_stream(stream_end::drained);
}

void session::leave_stream() {
  const auto gone = std::move(stream_);
  if (!gone) return;
  shared().streams.count(gone->writer.source().close());
  shared().streams.count(gone->why.value_or(stream_end::left));
}

}  // namespace headroom::http
