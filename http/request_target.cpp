#include "http/request_target.hpp"

#include <algorithm>

#include "domain/text.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_port = 5;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <class Predicate>
bool all(std::string_view text, Predicate predicate) noexcept {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool contains(std::string_view text, char c) noexcept {
  return text.find(c) != std::string_view::npos;
}

bool is_name(std::string_view host) noexcept {
  return !host.empty() &&
         all(host, [](char c) { return is_letter(c) || is_digit(c) || contains("-._~", c); });
}

bool is_ip_literal(std::string_view inside) noexcept {
  return !inside.empty() && contains(inside, ':') &&
         all(inside, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

/// "" or ":" and a port.
bool is_port(std::string_view text) noexcept {
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  return text.size() <= longest_port && all(text, is_digit);
}

/// RFC 3986's characters of a path and a query. '#' would begin a fragment, which is never sent.
bool is_uri_char(char c) noexcept {
  return is_letter(c) || is_digit(c) || contains("-._~%!$&'()*+,;=:@/?[]", c);
}

target_parts split(std::string_view path_and_query) noexcept {
  const auto mark = path_and_query.find('?');
  if (mark == std::string_view::npos) return {path_and_query, {}};
  return {path_and_query.substr(0, mark), path_and_query.substr(mark + 1)};
}

std::optional<target_parts> read_absolute(std::string_view target) noexcept {
  constexpr std::string_view mark = "://";
  const auto colon = target.find(mark);
  if (colon == std::string_view::npos) return std::nullopt;
  const auto scheme = target.substr(0, colon);
  if (!same_but_for_case(scheme, "http") && !same_but_for_case(scheme, "https"))
    return std::nullopt;
  target.remove_prefix(colon + mark.size());
  const auto end = std::min(target.find_first_of("/?"), target.size());
  if (!is_authority(target.substr(0, end))) return std::nullopt;
  auto out = split(target.substr(end));
  if (out.path.empty()) out.path = "/";
  return out;
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end != std::string_view::npos && is_ip_literal(text.substr(1, end - 1)) &&
           is_port(text.substr(end + 1));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return is_name(text.substr(0, colon)) && is_port(text.substr(colon));
}

std::optional<target_parts> read_target(std::string_view target, bool is_options) noexcept {
  if (target == "*" && is_options) return target_parts{target, {}};
  if (!all(target, is_uri_char)) return std::nullopt;
  if (target.starts_with('/')) return split(target);
  return read_absolute(target);
}

}  // namespace headroom::http
