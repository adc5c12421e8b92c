#pragma once

#include "domain/bytes.hpp"

/// Signatures of browsers' own keys (WebCrypto's ECDSA over P-256 with SHA-256), by OpenSSL.
namespace headroom::http {

inline constexpr std::size_t p256_signature_size = 64;  // r, s (IEEE P1363)

/// 65 bytes, uncompressed, and a point of the curve.
[[nodiscard]] bool is_p256_key(byte_view public_key);

/// Whether that key signed `message`, which is hashed here. No for whatever is malformed.
[[nodiscard]] bool p256_signed(byte_view public_key, byte_view message, byte_view signature);

}  // namespace headroom::http
