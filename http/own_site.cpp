#include "http/own_site.hpp"

#include "domain/text.hpp"

namespace headroom::http {

std::optional<std::string> origin_of(std::string_view url) {
  const auto mark = url.find("://");
  if (mark == std::string_view::npos || mark == 0) return std::nullopt;
  const auto rest = url.substr(mark + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#\\"));
  if (authority.empty()) return std::nullopt;
  auto out = ascii_lower(url.substr(0, mark + 3 + authority.size()));
  const std::string_view own_port = out.starts_with("https:")  ? ":443"
                                    : out.starts_with("http:") ? ":80"
                                                               : "";
  if (!own_port.empty() && out.ends_with(own_port)) out.resize(out.size() - own_port.size());
  return out;
}

own_site site_of(std::string_view public_url) {
  auto origin = origin_of(public_url);
  if (!origin) return {};
  auto host = origin->substr(origin->find("://") + 3);
  const bool secure = origin->starts_with("https:");
  return {std::move(*origin), std::move(host), secure};
}

/// Browsers send Origin with whatever may change something and with reads of other origins, and
/// Sec-Fetch-Site with everything.
page_source source_of(const request& r, const own_site& site) noexcept {
  const auto& origin = r[header::origin];
  if (origin.count > 0) {
    const bool same = origin.count == 1 && !site.origin.empty() && origin.text == site.origin;
    return same ? page_source::ours : page_source::foreign;
  }
  const auto fetched = r["Sec-Fetch-Site"];
  const bool elsewhere =
      fetched.count > 0 && fetched.text != "same-origin" && fetched.text != "none";
  return elsewhere ? page_source::foreign : page_source::unsaid;
}

}  // namespace headroom::http
