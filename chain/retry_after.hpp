#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom::chain {

/// The value of a Retry-After header: whole seconds, or a date ("Sun, 29 Nov 2026 05:00:00 GMT",
/// RFC 9110 5.6.7) seen from `now` (unix seconds). Nothing when it is neither; never negative.
[[nodiscard]] std::optional<std::chrono::seconds> read_retry_after(std::string_view value,
                                                                   std::int64_t now);

}  // namespace headroom::chain
