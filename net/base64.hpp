#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::net {

/// RFC 4648 section 4: standard alphabet, padded.
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Strict reverse: standard alphabet, right padding or none at all (as JavaScript's atob takes it),
/// zero trailing bits, nothing else.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace headroom::net
