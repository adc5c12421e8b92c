#pragma once

#include <optional>
#include <string_view>

/// Request targets and authorities, read as RFC 9112 section 3.2 and RFC 3986 write them. Pure.
namespace headroom::http {

/// `host [":" port]`, as a Host header or an absolute target says it. Narrower than the RFC's
/// reg-name: no percent-encoding, no user information and no delimiters, for no host we can be
/// called by has them and a list of two hosts must not pass for one.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;

/// What a target points to on this server.
struct target_parts {
  std::string_view path;   // begins with '/', or is "*"
  std::string_view query;  // after '?', "" when there is none
};

/// Origin form ("/path?query"), absolute form ("http://host/path", which stands above the Host
/// header) or "*", for OPTIONS alone. Nothing for any other text: that of CONNECT, a fragment,
/// a character that no URI may hold.
[[nodiscard]] std::optional<target_parts> read_target(std::string_view target,
                                                      bool is_options) noexcept;

}  // namespace headroom::http
