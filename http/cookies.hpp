#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/own_site.hpp"

/// The two cookies of the house. Scripts cannot read them and no other site's request carries them;
/// over https browsers also hold them to this very host (the prefix __Host-).
namespace headroom::http {

enum class cookie : std::uint8_t {
  session = 0,
  before_session = 1,  // what a sign-in begins with: its nonce is bound to it
};

[[nodiscard]] std::string name_of(cookie c, const own_site& site);

/// Its value in the request; nothing when it is missing, empty, or there twice.
[[nodiscard]] std::optional<std::string_view> find_cookie(const request& r, cookie c,
                                                          const own_site& site);

/// The value of a Set-Cookie header. No time left: the browser forgets it.
[[nodiscard]] std::string set_cookie(cookie c, const own_site& site, std::string_view value,
                                     std::chrono::seconds lasts);

}  // namespace headroom::http
