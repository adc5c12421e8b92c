#pragma once

#include <string>
#include <string_view>

namespace headroom::http {

/// openapi.json, embedded at build time; `public_url` becomes the server's address ("": relative).
[[nodiscard]] std::string openapi_document(std::string_view public_url);

}  // namespace headroom::http
