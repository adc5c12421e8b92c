#include "net/url.hpp"

#include <algorithm>

namespace headroom::net {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<url> url::parse(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }) ||
      text.find('#') != std::string_view::npos)
    return std::nullopt;
  url out;
  out.tls = text.starts_with("https://");
  if (!out.tls && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(out.tls ? 8 : 7);

  const auto end = std::min(text.find_first_of("/?"), text.size());
  const auto authority = text.substr(0, end);
  const auto rest = text.substr(end);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  const auto host_end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (host_end == std::string_view::npos) return std::nullopt;
    out.host = authority.substr(1, host_end - 1);
  } else {
    out.host = authority.substr(0, host_end);
  }
  auto after = host_end == std::string_view::npos ? std::string_view{} : authority.substr(host_end);
  if (after.starts_with(']')) after.remove_prefix(1);
  if (!after.empty()) {
    if (after[0] != ':' || !is_port(after.substr(1))) return std::nullopt;
    out.port = after.substr(1);
  } else {
    out.port = out.tls ? "443" : "80";
  }
  if (out.host.empty()) return std::nullopt;
  out.authority = authority;
  out.target = rest.starts_with('/') ? std::string{rest} : "/" + std::string{rest};
  return out;
}

}  // namespace headroom::net
