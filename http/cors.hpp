#pragma once

#include <string>
#include <string_view>

#include "http/services.hpp"

/// What browsers let pages of other origins do here. Never with cookies (own_site.hpp).
namespace headroom::http {

/// The lines that let a page of `origin` read an answer; "" when it may not. With "*" in the
/// settings any page may use what strangers may use (`for_pages`): public reads, the 402, signed
/// bets. An origin that the settings list may use every route, also with a service key.
[[nodiscard]] std::string allow_page(const server_settings& s, std::string_view origin,
                                     bool for_pages);

/// The settings name this origin: "*" names none.
[[nodiscard]] bool is_listed(const server_settings& s, std::string_view origin) noexcept;

/// The lines of an answer to a preflight, beside those of allow_page: an origin that the settings
/// list may use all `methods` of the path (as in Allow), any other `public_methods`.
[[nodiscard]] std::string preflight(const server_settings& s, std::string_view origin,
                                    std::string_view methods, std::string_view public_methods);

}  // namespace headroom::http
