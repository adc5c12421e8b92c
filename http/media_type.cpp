#include "http/media_type.hpp"

#include <algorithm>

#include "domain/text.hpp"
#include "http/problem.hpp"

namespace headroom::http {
namespace {

/// RFC 8259 section 8.1: JSON is UTF-8, whatever a charset says; another one is a contradiction.
bool is_utf8_json(std::string_view type) {
  const auto text = ascii_lower(type);
  std::string_view rest{text};
  const auto end = std::min(rest.find(';'), rest.size());
  if (trimmed(rest.substr(0, end)) != json_type) return false;
  rest.remove_prefix(end);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // ';'
    const auto stop = std::min(rest.find(';'), rest.size());
    const auto parameter = trimmed(rest.substr(0, stop));
    rest.remove_prefix(stop);
    if (parameter.starts_with("charset=") && parameter != "charset=utf-8" &&
        parameter != "charset=\"utf-8\"")
      return false;
  }
  return true;
}

}  // namespace

void require_json_body(const request& r) {
  if (r.body.empty()) return;
  const auto& type = r[header::content_type];
  if (type.count > 1 || (type.count == 1 && !is_utf8_json(type.text)))
    throw protocol_problem(415, "unsupported_media_type",
                           "the body must be JSON: Content-Type: application/json");
  const auto& encoding = r[header::content_encoding];
  if (encoding.count > 1 || (encoding.count == 1 && ascii_lower(encoding.text) != "identity")) {
    auto p = protocol_problem(415, "unsupported_media_type",
                              "the body must not be encoded: send it without Content-Encoding");
    p.headers = "Accept-Encoding: identity\r\n";
    throw p;
  }
}

}  // namespace headroom::http
