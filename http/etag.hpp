#pragma once

#include <string>
#include <string_view>

namespace headroom::http {

/// Of these bytes, quoted: the same on every node of one version.
[[nodiscard]] std::string etag_of(std::string_view text);

/// If-None-Match: "*", or a list of tags, weak ones too (RFC 9110 section 13.1.2).
[[nodiscard]] bool names_etag(std::string_view list, std::string_view etag) noexcept;

}  // namespace headroom::http
