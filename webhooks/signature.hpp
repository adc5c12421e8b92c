#pragma once

#include <string>
#include <string_view>

#include "domain/bytes.hpp"
#include "domain/webhooks.hpp"

/// Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks,
/// spec/standard-webhooks.md): symmetric signatures.
namespace headroom::webhooks {

inline constexpr std::size_t secret_size = 32;  // the standard: 24 to 64

/// "whsec_" and base64, as its owner gets it.
[[nodiscard]] std::string secret_text(byte_view secret);

/// "v1,<base64>": HMAC-SHA256 of "<id>.<timestamp>.<body>". Throws std::runtime_error when OpenSSL
/// has none.
/// @param timestamp  unix seconds of this try
[[nodiscard]] std::string sign(byte_view secret, std::string_view id, std::int64_t timestamp,
                               std::string_view body);

/// The header's value: by the secret, and by the old one while that is good, in this order.
[[nodiscard]] std::string signatures_of(const webhook& by, std::string_view id, timestamp now,
                                        std::string_view body);

}  // namespace headroom::webhooks
