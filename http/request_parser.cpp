#include "http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <functional>

#include "http/request_target.hpp"

namespace headroom::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t most_extensions = 4096;      // bytes of one request's chunk extensions
constexpr std::size_t first_body_size = 4 * 1024;  // more is reserved as it arrives

std::string_view plain(beast::string_view s) noexcept { return {s.data(), s.size()}; }

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && beast::iequals(beast::string_view{a.data(), a.size()},
                                                beast::string_view{b.data(), b.size()});
}

verb verb_of(beast::http::verb v) noexcept {
  switch (v) {
    case beast::http::verb::get: return verb::get;
    case beast::http::verb::head: return verb::head;
    case beast::http::verb::post: return verb::post;
    case beast::http::verb::put: return verb::put;
    case beast::http::verb::patch: return verb::patch;
    case beast::http::verb::delete_: return verb::delete_;
    case beast::http::verb::options: return verb::options;
    default: return verb::other;
  }
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

request_parser::request_parser(std::string& head, std::string& body, std::size_t max_header)
    : head_{head}, body_{body}, max_header_{max_header} {
  header_limit(static_cast<std::uint32_t>(max_header));
  head_.clear();
  body_.clear();
}

void request_parser::refuse(error_code& failed, problem why) {
  refusal_ = std::move(why);
  failed = beast::http::error::bad_value;
}

void request_parser::refuse(error_code& failed, std::string why) {
  refuse(failed, problem_of(errc::bad_request, std::move(why)));
}

void request_parser::refuse_header(error_code& failed) {
  refuse(failed,
         protocol_problem(431, "header_too_large", "the request's header is over the limit"));
}

std::size_t request_parser::feed(boost::asio::const_buffer in, error_code& failed) {
  fed_ = {static_cast<const char*>(in.data()), in.size()};
  new_lines_ = {};
  const auto used = put(in, failed);
  if (!new_lines_.empty()) head_.append(new_lines_).append("\r\n");
  return used;
}

/// Beast joins a folded value in a buffer of its own, or skips the line ends before it.
bool request_parser::was_folded(text_view name, text_view value) const noexcept {
  const std::less<const char*> before;
  const auto* const end = fed_.data() + fed_.size();
  if (before(value.data(), fed_.data()) || before(end, value.data())) return true;
  return std::find(name.data() + name.size(), value.data(), '\r') != value.data();
}

/// Headers are kept as they came, in one piece for all that one feed() reads: whoever asks for one
/// by name looks then, and nobody else pays for it. Answers where `value` will be in head_.
std::size_t request_parser::keep_line(std::string_view name, std::string_view value) noexcept {
  if (new_lines_.empty()) new_lines_ = name;
  const auto* const first = new_lines_.data();
  new_lines_ = {first, static_cast<std::size_t>(value.data() + value.size() - first)};
  return head_.size() + static_cast<std::size_t>(value.data() - first);
}

request_parser::slice request_parser::keep(std::string_view text) {
  const slice out{head_.size(), text.size()};
  head_.append(text);
  return out;
}

std::string_view request_parser::view(slice s) const noexcept {
  return std::string_view{head_}.substr(s.at, s.size);
}

request request_parser::message() const noexcept {
  request out;
  out.method = method_;
  out.path = view(path_);
  out.query = view(query_);
  out.body = body_;
  for (std::size_t i = 0; i < header_count; ++i)
    out.headers[i] = {view(headers_[i].text), headers_[i].count};
  out.lines = view({lines_at_, head_.size() - lines_at_});
  return out;
}

void request_parser::on_request_impl(beast::http::verb method, text_view, text_view target,
                                     int version, error_code& failed) {
  method_ = verb_of(method);
  http_1_0_ = version < 11;
  const auto parts = read_target(plain(target), method_ == verb::options);
  if (!parts) return refuse(failed, "the request target is not a path or URL of this server");
  path_ = keep(parts->path);
  query_ = keep(parts->query);
  lines_at_ = head_.size();
}

void request_parser::on_field_impl(field name, text_view name_text, text_view value,
                                   error_code& failed) {
  if (was_folded(name_text, value)) return refuse(failed, "a header must be one line");
  // Beast's limit is one of what it sees at once.
  header_bytes_ += static_cast<std::size_t>(value.data() + value.size() - name_text.data()) + 2;
  if (header_bytes_ > max_header_) return refuse_header(failed);
  if (header_done_) return;  // a trailer
  check_framing(name, plain(value), failed);
  if (failed) return;
  const slice kept{keep_line(plain(name_text), plain(value)), value.size()};
  // Blanks behind a value are none of it, and are kept with what follows them.
  if (head_.size() - lines_at_ + new_lines_.size() > max_header_) return refuse_header(failed);
  for (std::size_t i = 0; i < header_count; ++i) {
    if (!same_name(plain(name_text), header_names[i])) continue;
    headers_[i].text = kept;
    ++headers_[i].count;
  }
}

/// What decides where a request ends and whom it is for.
void request_parser::check_framing(field name, std::string_view value, error_code& failed) {
  switch (name) {
    case field::transfer_encoding:
      if (http_1_0_) return refuse(failed, "HTTP/1.0 has no Transfer-Encoding");
      if (!same_name(value, "chunked"))
        return refuse(failed, "the only Transfer-Encoding taken is chunked");
      return;
    case field::content_length:
      if (lengths_++ > 0 || !is_number(value))
        return refuse(failed, "Content-Length must be one number");
      return;
    case field::host:
      if (hosts_++ > 0) return refuse(failed, "one Host header is required");
      if (!is_authority(value)) return refuse(failed, "Host must be a name or an IP address");
      return;
    case field::expect:
      if (http_1_0_) return;  // RFC 9110 section 10.1.1: not known there
      if (!same_name(value, "100-continue"))
        return refuse(failed, protocol_problem(417, "expectation_failed",
                                               "the only expectation met is 100-continue"));
      expects_continue_ = true;
      return;
    default: return;
  }
}

void request_parser::on_header_impl(error_code& failed) {
  header_done_ = true;
  header_bytes_ = 0;
  persistent_ = keep_alive();
  if (!http_1_0_ && hosts_ == 0) refuse(failed, "one Host header is required");
}

void request_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length) body_.reserve(std::min<std::size_t>(*length, first_body_size));
}

std::size_t request_parser::on_body_impl(text_view bytes, error_code&) {
  body_.append(bytes.data(), bytes.size());
  return bytes.size();
}

/// Extensions mean nothing to us and are skipped, but not without end, and not with a line feed
/// inside, which other readers take for the line's end.
void request_parser::on_chunk_header_impl(std::uint64_t, text_view extension, error_code& failed) {
  extensions_ += extension.size();
  const bool clean = std::none_of(extension.begin(), extension.end(), [](char c) {
    return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f;
  });
  if (!clean || extensions_ > most_extensions)
    refuse(failed, "the chunk extensions are malformed or too long");
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, text_view bytes, error_code&) {
  body_.append(bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace headroom::http
