#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom::net {

/// Retry-After (RFC 9110 10.2.3): whole seconds, or an HTTP date against `now` (unix seconds, the
/// answering server's if it is known). A date that is past is zero; nothing when it is neither.
[[nodiscard]] std::optional<std::chrono::seconds> read_retry_after(std::string_view text,
                                                                   std::int64_t now);

/// An IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT", as unix seconds.
[[nodiscard]] std::optional<std::int64_t> read_http_date(std::string_view text);

}  // namespace headroom::net
