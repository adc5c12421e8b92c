#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom::chain::polymarket {

enum class excess : std::uint8_t { refuse = 0, round_up = 1 };

/// Reads a non-negative decimal ("0.57", "100") as millionths. `rule` says what digits beyond the
/// sixth do. No sign, exponent or blank; up to 12 digits before the point, up to 18 after it.
[[nodiscard]] std::optional<std::int64_t> read_micro(std::string_view text,
                                                     excess rule = excess::refuse);

}  // namespace headroom::chain::polymarket
