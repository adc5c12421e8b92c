#pragma once

#include <span>
#include <string_view>

#include "domain/bytes.hpp"

/// What keys, tokens and nonces are made of, by OpenSSL.
namespace headroom::http {

[[nodiscard]] hash256 sha256(std::string_view text);
/// HMAC-SHA256 (RFC 2104).
[[nodiscard]] hash256 hmac_sha256(byte_view key, std::string_view text);
/// From the system's source; throws std::runtime_error when there is none.
void random_bytes(std::span<std::uint8_t> out);
/// As many of them, as lower-case hex.
[[nodiscard]] std::string random_hex(std::size_t bytes);
/// Equal, in a time that says nothing of where they differ.
[[nodiscard]] bool same_secret(byte_view a, byte_view b) noexcept;

}  // namespace headroom::http
