#include "net/url.hpp"

#include <boost/url.hpp>
#include <charconv>

namespace headroom::net {
namespace {

/// Boost 1.81 takes ports of any length, and counts them modulo 2^16.
bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  return failed == std::errc{} && stop == end;
}

}  // namespace

std::optional<url> url::parse(std::string_view text) {
  const auto parsed = boost::urls::parse_absolute_uri(text);  // RFC 3986, without a fragment
  if (!parsed || parsed->has_userinfo() || parsed->encoded_host().empty()) return std::nullopt;
  if (parsed->has_port() && !is_port(parsed->port())) return std::nullopt;
  const std::string_view path = parsed->encoded_path();
  if (!path.empty() && path.front() != '/') return std::nullopt;  // 1.81 takes "http://[::1]x"
  url out;
  out.tls = parsed->scheme() == "https";
  if (!out.tls && parsed->scheme() != "http") return std::nullopt;
  out.host = parsed->encoded_host_address();
  out.port = parsed->has_port() ? std::string{parsed->port()} : out.tls ? "443" : "80";
  out.target = parsed->encoded_target();
  if (path.empty()) out.target.insert(0, "/");
  out.authority = parsed->encoded_authority();
  return out;
}

std::string query_value(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out.append(1, '%').append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
  }
  return out;
}

}  // namespace headroom::net
