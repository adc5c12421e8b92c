#pragma once

#include <string_view>

#include "domain/bytes.hpp"

namespace headroom::chain {

/// Ethereum's keccak-256: the original padding, not SHA3-256.
[[nodiscard]] hash256 keccak256(byte_view data);
/// Of the text's bytes, without a terminator.
[[nodiscard]] hash256 keccak256(std::string_view text);

}  // namespace headroom::chain
