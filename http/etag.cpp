#include "http/etag.hpp"

#include "http/secrets.hpp"

namespace headroom::http {

std::string etag_of(std::string_view text) {
  return '"' + to_hex(std::span{sha256(text).bytes}.first(16)) + '"';
}

bool names_etag(std::string_view list, std::string_view etag) noexcept {
  return list == "*" || list.find(etag) != std::string_view::npos;
}

}  // namespace headroom::http
