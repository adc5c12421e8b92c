#pragma once

#include <string>

#include "http/exchange.hpp"

/// Who signed in: by `Authorization: Bearer hs_…`, or by the cookie of our own page.
namespace headroom::http {

/// "hs_" and 64 hex digits, shown once.
[[nodiscard]] std::string make_session_token();
[[nodiscard]] bool is_session_token(std::string_view text) noexcept;

/// The owner of the token; nothing when it is not known, or over. Throws 503 while sessions were
/// never read.
[[nodiscard]] const principal* owner_of_token(exchange& x, std::string_view token);

/// The owner of the request's cookie; nothing when there is none, or when it is not enough: a
/// cookie alone changes nothing, so whatever is no read must come from our own page, as JSON.
/// Throws 403 when another origin's page sends it.
[[nodiscard]] const principal* owner_of_cookie(exchange& x);
/// There was a cookie, and it was not enough, whatever it is worth: one that is over is something
/// else.
[[nodiscard]] bool cookie_was_not_enough(const exchange& x);

/// The owner of a key as a page of theirs may act: money moves by keys in the header and by
/// signatures alone.
[[nodiscard]] principal signed_in(principal owner) noexcept;

/// Of a request whose caller is last_session's owner.
[[nodiscard]] bool session_still_good(exchange& x);

/// The request comes from a page of ours, of an origin that the settings list, or from no browser.
/// Throws 403.
void refuse_foreign_page(const exchange& x);

}  // namespace headroom::http
