#pragma once

#include <optional>

#include "domain/bytes.hpp"

/// ERC-6492: a signature in an envelope that says how its wallet could be deployed first. Wallets
/// go on wrapping after they exist; then the one inside is an ordinary ERC-1271 signature.
namespace headroom::chain::erc6492 {

/// Whether it ends in the magic word (32 bytes of 0x6492).
[[nodiscard]] bool is_wrapped(byte_view signature) noexcept;
/// The signature inside `abi.encode(factory, calldata, signature) ++ magic`; nothing when it is not
/// wrapped, or not decodable.
[[nodiscard]] std::optional<byte_vector> unwrapped(byte_view signature);

}  // namespace headroom::chain::erc6492
