#include "http/etag.hpp"

#include "http/secrets.hpp"

namespace headroom::http {

std::string etag_of(std::string_view text) {
  const auto digest = sha256(text);
  return '"' + to_hex(digest.view().first(16)) + '"';
}

bool names_etag(std::string_view list, std::string_view etag) noexcept {
  return list == "*" || list.find(etag) != std::string_view::npos;
}

}  // namespace headroom::http
