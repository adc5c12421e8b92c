#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"

namespace headroom::chain {

/// RFC 4648 section 4: standard alphabet, padded.
[[nodiscard]] std::string to_base64(byte_view bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Strict reverse: standard alphabet, right padding or none at all (as JavaScript's atob takes it),
/// zero trailing bits, nothing else.
[[nodiscard]] std::optional<byte_vector> from_base64(std::string_view text);

}  // namespace headroom::chain
