#include "http/cors.hpp"

#include <algorithm>

namespace headroom::http {
namespace {

constexpr std::string_view any_page = "*";

/// What a page may read beside the body.
constexpr std::string_view expose =
    "Access-Control-Expose-Headers: PAYMENT-REQUIRED, PAYMENT-RESPONSE, X-PAYMENT-RESPONSE, "
    "Location, Retry-After, Request-Id, Idempotent-Replayed, RateLimit, RateLimit-Policy, ETag, "
    "WWW-Authenticate\r\n";

bool lists(const server_settings& s, std::string_view origin) noexcept {
  return std::find(s.cors_origins.begin(), s.cors_origins.end(), origin) != s.cors_origins.end();
}

}  // namespace

bool is_listed(const server_settings& s, std::string_view origin) noexcept {
  return origin != any_page && lists(s, origin);
}

std::string allow_page(const server_settings& s, std::string_view origin, bool for_pages) {
  std::string out;
  if (lists(s, any_page)) {
    if (!for_pages && !lists(s, origin)) return out;
    out.append("Access-Control-Allow-Origin: *\r\n").append(expose);
    return out;
  }
  if (s.cors_origins.empty()) return out;
  out.append("Vary: Origin\r\n");
  if (origin.empty() || !lists(s, origin)) return out;
  out.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n").append(expose);
  return out;
}

std::string preflight(const server_settings& s, std::string_view origin, std::string_view methods,
                      std::string_view public_methods) {
  const bool listed = !origin.empty() && lists(s, origin);
  const auto allowed = listed ? methods : public_methods;
  std::string out;
  if (!allowed.empty()) out.append("Access-Control-Allow-Methods: ").append(allowed).append("\r\n");
  out.append(
      "Access-Control-Allow-Headers: Content-Type, Idempotency-Key, Request-Id, "
      "PAYMENT-SIGNATURE, X-PAYMENT, If-None-Match, Last-Event-ID, "
      "Access-Control-Expose-Headers");
  if (listed) out.append(", Authorization");
  out.append("\r\nAccess-Control-Max-Age: 600\r\n");
  return out;
}

}  // namespace headroom::http
