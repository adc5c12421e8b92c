#pragma once

#include <string>
#include <string_view>

namespace headroom::http {

/// openapi.json, embedded at build time, as it is served.
struct openapi_document {
  std::string body;
  std::string etag;  // of the body, quoted: the same on every node of one version
};

/// `public_url` becomes the server's address ("": relative).
[[nodiscard]] openapi_document make_openapi_document(std::string_view public_url);

}  // namespace headroom::http
