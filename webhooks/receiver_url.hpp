#pragma once

#include <string>
#include <string_view>

namespace headroom::webhooks {

inline constexpr std::size_t longest_url = 2'000;

/// Why nothing is sent to this URL, for whoever wrote it: "must be ..."; "" when it may be. Names
/// are not resolved here: the address that a name has is judged when it is connected to
/// (may_connect).
/// @param sandbox  loopback is fine, and http to it
[[nodiscard]] std::string why_not(std::string_view url, bool sandbox);

}  // namespace headroom::webhooks
