#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace headroom::http {

/// Our own address as browsers know it (http.public_url).
struct own_site {
  std::string origin;   // "https://pay.example.com", as an Origin header says it; "": not set
  std::string host;     // "pay.example.com", with its port where that is not the scheme's
  bool secure = false;  // https
};
[[nodiscard]] own_site site_of(std::string_view public_url);

/// Scheme, host and port of a URL in lower case, without the scheme's own port; nothing when it has
/// none.
[[nodiscard]] std::optional<std::string> origin_of(std::string_view url);

/// Whose page a request comes from, by what its browser says.
enum class page_source : std::uint8_t {
  ours = 0,
  foreign = 1,
  unsaid = 2,  // no Origin, and no other site: our own page that reads, or no browser
};
[[nodiscard]] page_source source_of(const request& r, const own_site& site) noexcept;

}  // namespace headroom::http
