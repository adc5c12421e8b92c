#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string>

#include "http/message.hpp"
#include "http/problem.hpp"

namespace headroom::http {

/// Reads one request from the wire, more strictly than Beast alone: whatever two readers could
/// understand in two ways is refused, so that a proxy in front never sees another request than we
/// do (RFC 9112 sections 3.2, 5.2, 6 and 11.2; CWE-444). In short: one Content-Length of digits or
/// one `Transfer-Encoding: chunked`, the latter in HTTP/1.1 only; one valid Host; no folded lines;
/// and trailers are read away, for they are never headers (RFC 9110 section 6.5.1).
class request_parser final : public boost::beast::http::basic_parser<true> {
 public:
  /// The texts are kept in `head` and `body`, which outlive the parser: a connection's buffers.
  /// All headers together may have `max_header` bytes, and so may all trailers.
  request_parser(std::string& head, std::string& body, std::size_t max_header);

  /// As put(): how many bytes of `in` were used.
  std::size_t feed(boost::asio::const_buffer in, boost::system::error_code& failed);
  /// The request as routes see it, views into `head` and `body`. Complete once is_done(); after
  /// the header alone, without a body.
  [[nodiscard]] request message() const noexcept;
  /// Why the request was refused, when it was not Beast that did; then put() failed.
  [[nodiscard]] const std::optional<problem>& refusal() const noexcept { return refusal_; }
  /// Valid after the header, and not changed by trailers.
  [[nodiscard]] bool persistent() const noexcept { return persistent_; }
  [[nodiscard]] bool is_http_1_0() const noexcept { return http_1_0_; }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }

 private:
  using error_code = boost::system::error_code;
  using text_view = boost::beast::string_view;
  using field = boost::beast::http::field;

  /// A part of head_, which moves while it grows: the path, the query, then the headers' lines.
  struct slice {
    std::size_t at = 0;
    std::size_t size = 0;
  };
  struct kept_header {
    slice text;
    unsigned count = 0;
  };

  void on_request_impl(boost::beast::http::verb method, text_view method_text, text_view target,
                       int version, error_code& failed) override;
  void on_response_impl(int, text_view, int, error_code&) override {}
  void on_field_impl(field name, text_view name_text, text_view value, error_code& failed) override;
  void on_header_impl(error_code& failed) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override;
  std::size_t on_body_impl(text_view bytes, error_code&) override;
  void on_chunk_header_impl(std::uint64_t size, text_view extension, error_code& failed) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, text_view bytes, error_code&) override;
  void on_finish_impl(error_code&) override {}

  void refuse_header(error_code& failed);
  void refuse(error_code& failed, problem why);
  void refuse(error_code& failed, std::string why);
  void check_framing(field name, std::string_view value, error_code& failed);
  [[nodiscard]] std::size_t keep_line(std::string_view name, std::string_view value) noexcept;
  [[nodiscard]] bool was_folded(text_view name, text_view value) const noexcept;
  [[nodiscard]] slice keep(std::string_view text);
  [[nodiscard]] std::string_view view(slice s) const noexcept;

  std::string& head_;
  std::string& body_;
  const std::size_t max_header_;
  std::size_t header_bytes_ = 0;
  std::string_view fed_;  // what put() looks at
  std::optional<problem> refusal_;
  verb method_ = verb::other;
  slice path_;
  slice query_;
  std::size_t lines_at_ = 0;    // of the headers in head_
  std::string_view new_lines_;  // those among fed_: from the first name to the last value
  std::array<kept_header, header_count> headers_;
  std::size_t extensions_ = 0;  // bytes of chunk extensions so far
  unsigned hosts_ = 0;
  unsigned lengths_ = 0;
  bool http_1_0_ = false;
  bool header_done_ = false;
  bool persistent_ = false;
  bool expects_continue_ = false;
};

}  // namespace headroom::http
