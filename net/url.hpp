#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::net {

/// An absolute http(s) URL, cut into what a connection and a request line need.
struct url {
  bool tls = false;
  std::string host;       // without the brackets of an IPv6 literal
  std::string port;       // always set
  std::string target;     // path and query, at least "/"
  std::string authority;  // what the Host header says

  /// Which kept connection fits.
  [[nodiscard]] std::string origin() const {
    return (tls ? "https://" : "http://") + host + " " + port;
  }
  /// Nothing on user info, fragments, blanks, control characters or another scheme.
  [[nodiscard]] static std::optional<url> parse(std::string_view text);
};

/// `text` as the value of a query parameter: all but RFC 3986's unreserved characters as %XX.
[[nodiscard]] std::string query_value(std::string_view text);

}  // namespace headroom::net
