#include "http/cookies.hpp"

#include <algorithm>

#include "domain/text.hpp"

namespace headroom::http {

std::string name_of(cookie c, const own_site& site) {
  return std::string{site.secure ? "__Host-" : ""} +
         (c == cookie::session ? "hr_session" : "hr_before_session");
}

std::optional<std::string_view> find_cookie(const request& r, cookie c, const own_site& site) {
  const auto& line = r[header::cookie];
  if (line.count != 1) return std::nullopt;
  const auto name = name_of(c, site);
  std::optional<std::string_view> out;
  for (auto rest = line.text; !rest.empty();) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!pair.starts_with(name) || pair.size() <= name.size() || pair[name.size()] != '=') continue;
    if (out) return std::nullopt;
    out = pair.substr(name.size() + 1);
  }
  return out && out->empty() ? std::nullopt : out;
}

std::string set_cookie(cookie c, const own_site& site, std::string_view value,
                       std::chrono::seconds lasts) {
  auto out = name_of(c, site) + "=" + std::string{value} +
             "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lasts.count());
  if (site.secure) out += "; Secure";
  return out;
}

}  // namespace headroom::http
