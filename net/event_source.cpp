#include "net/event_source.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <type_traits>

#include "net/detail/dialer.hpp"
#include "net/url.hpp"

namespace headroom::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using error_code = boost::system::error_code;
using why = event_source_end::why;

namespace {

constexpr std::size_t max_head = 64 * 1024;
constexpr std::size_t max_refusal = 64 * 1024;

/// Steps: dial -> (TLS ->) write -> head -> text until it ends. Everything runs in one io_context
/// that ends with it.
template <class Stream>
class reading {
  static constexpr bool over_tls = std::is_same_v<Stream, detail::tls_stream>;

 public:
  reading(asio::io_context& io, Stream stream, const event_source_options& options,
          event_text& text, const event_text::told& tell)
      : stream_(std::move(stream)),
        dialer_(io),
        timer_(io),
        options_(options),
        text_(text),
        tell_(tell) {}

  void start(const url& where, http::request<http::empty_body> message) {
    message_ = std::move(message);
    wait_at_most(options_.connect_timeout);
    if constexpr (over_tls)
      if (!detail::expect_host(stream_, where.host)) return fail("bad host name");
    dialer_.dial(tcp(), where, [this](error_code ec) {
      if (ended_) return;
      if (ec) return fail(ec.message());
      connected();
    });
  }

  [[nodiscard]] event_source_end take_end() { return std::move(end_); }

 private:
  beast::tcp_stream& tcp() {
    if constexpr (over_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void wait_at_most(std::chrono::milliseconds patience) {
    timer_.expires_after(patience);  // the wait before is over, with an error
    timer_.async_wait([this](error_code ec) {
      if (ec || ended_) return;
      end_.error = "timeout";
      finish(why::silent);
    });
  }

  void connected() {
    if constexpr (over_tls) {
      stream_.async_handshake(ssl::stream_base::client, [this](error_code ec) {
        if (ended_) return;
        if (ec) return fail(ec.message());
        write();
      });
    } else {
      write();
    }
  }

  void write() {
    http::async_write(stream_, message_, [this](error_code ec, std::size_t) {
      if (ended_) return;
      if (ec) return fail(ec.message());
      read_head();
    });
  }

  void read_head() {
    parser_.header_limit(max_head);
    parser_.body_limit(boost::none);  // a stream has no end; an event and a refusal have
    http::async_read_header(stream_, buffer_, parser_, [this](error_code ec, std::size_t) {
      if (ended_) return;
      if (ec) return fail(ec.message());
      const auto& head = parser_.get();
      end_.status = head.result_int();
      const auto type = head[http::field::content_type];
      end_.opened = end_.status == 200 && type.starts_with("text/event-stream");
      wait_at_most(options_.idle_timeout);
      take_text();
    });
  }

  void read() {
    http::async_read_some(stream_, buffer_, parser_, [this](error_code ec, std::size_t) {
      if (ended_) return;
      if (ec == http::error::end_of_stream)
        return finish(end_.opened ? why::finished : why::refused);
      if (ec) return fail(ec.message());
      if (end_.opened) wait_at_most(options_.idle_timeout);
      take_text();
    });
  }

  void take_text() {
    const auto bytes = std::exchange(parser_.get().body(), {});
    if (!end_.opened) {
      end_.body.append(bytes, 0, max_refusal - end_.body.size());
      if (parser_.is_done() || end_.body.size() == max_refusal) return finish(why::refused);
      return read();
    }
    const auto heard = text_.feed(bytes, tell_);
    if (heard == event_text::outcome::enough) return finish(why::enough);
    if (heard == event_text::outcome::too_large) return fail("an event is too large");
    if (parser_.is_done()) return finish(why::finished);
    read();
  }

  void fail(std::string error) {
    end_.error = std::move(error);
    finish(why::broken);
  }

  void finish(why how) {
    ended_ = true;
    end_.how = how;
    timer_.cancel();
    dialer_.cancel();
    tcp().close();
  }

  Stream stream_;
  detail::dialer dialer_;
  asio::steady_timer timer_;
  const event_source_options& options_;
  event_text& text_;
  const event_text::told& tell_;
  http::request<http::empty_body> message_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  event_source_end end_;
  bool ended_ = false;
};

http::request<http::empty_body> message_of(const http_request& request, const url& where,
                                           const event_text& text) {
  http::request<http::empty_body> out{http::verb::get, where.target, 11};
  out.set(http::field::host, where.authority);
  out.set(http::field::accept, "text/event-stream");
  out.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : request.headers) out.set(name, value);
  if (!text.last_id().empty()) out.set("Last-Event-ID", text.last_id());
  return out;
}

template <class Stream>
event_source_end run(asio::io_context& io, reading<Stream>& r, const url& where,
                     http::request<http::empty_body> message) {
  r.start(where, std::move(message));
  io.run();
  return r.take_end();
}

}  // namespace

event_source_end read_events(const http_request& request, const event_source_options& options,
                             event_text& text, const event_text::told& tell) {
  event_source_end unreadable;
  const auto where = url::parse(request.url);
  if (!where || where->port == "0") {
    unreadable.error = "bad URL";
    return unreadable;
  }
  text.begin_again();
  asio::io_context io{1};
  auto message = message_of(request, *where, text);
  if (!where->tls) {
    reading<beast::tcp_stream> r{io, beast::tcp_stream{io}, options, text, tell};
    return run(io, r, *where, std::move(message));
  }
  auto tls = detail::client_tls(options.ca_file);
  reading<detail::tls_stream> r{io, detail::tls_stream{io, tls}, options, text, tell};
  return run(io, r, *where, std::move(message));
}

}  // namespace headroom::net
