#include "webhooks/receiver_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "net/address_kind.hpp"
#include "net/url.hpp"

namespace headroom::webhooks {
namespace {

using net::address_kind;

/// Of a host in digits; nothing when it is a name.
std::optional<address_kind> kind_of_digits(const std::string& host) {
  std::array<std::uint8_t, 16> bytes{};
  const auto plain = host.substr(0, host.find('%'));  // a zone says nothing of where it leads
  if (::inet_pton(AF_INET6, plain.c_str(), bytes.data()) == 1) return net::kind_of_address(bytes);
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1)
    return net::kind_of_address(std::span{bytes}.first(4));
  return std::nullopt;
}

bool is_localhost(std::string host) {
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  while (host.ends_with('.')) host.pop_back();
  return host == "localhost" || host.ends_with(".localhost");
}

/// The last label of a name of the Internet is no number: what looks like one ("2130706433",
/// "0x7f.1", "127.1") is an address to some resolvers.
bool is_name(std::string host) {
  if (host.ends_with('.')) host.pop_back();  // the root's
  const auto dot = host.rfind('.');
  const auto last = host.substr(dot == host.npos ? 0 : dot + 1);
  return !last.empty() && (last.front() < '0' || last.front() > '9') && host.find('%') == host.npos;
}

}  // namespace

std::string why_not(std::string_view text, bool sandbox) {
  if (text.size() > longest_url) return "must be at most 2000 bytes";
  const auto url = net::url::parse(text);
  if (!url) return "must be an absolute URL without user and fragment";
  const auto digits = kind_of_digits(url->host);
  if (!digits && !is_name(url->host)) return "must name a host, or an address in full";
  const auto kind = digits                    ? *digits
                    : is_localhost(url->host) ? address_kind::loopback
                                              : address_kind::open;
  if (kind == address_kind::loopback && sandbox) return "";
  if (kind != address_kind::open) return "must not lead to a private address";
  return url->tls ? "" : "must be https";
}

}  // namespace headroom::webhooks
