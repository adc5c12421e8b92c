#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chain/evm/secp256k1.hpp"

/// How the venue knows us: L1 (a wallet signature) makes an API key, L2 (HMAC) uses it.
namespace headroom::chain::polymarket {

using headers = std::vector<std::pair<std::string, std::string>>;

/// Never logged.
struct api_credentials {
  std::string key;
  std::string secret;
  std::string passphrase;
};
/// The answer to POST /auth/api-key and GET /auth/derive-api-key.
[[nodiscard]] std::optional<api_credentials> read_credentials(std::string_view body);

/// EIP-712 digest of ClobAuth.
[[nodiscard]] hash256 l1_digest(std::uint64_t chain_id, const address& account,
                                std::int64_t unix_seconds, std::uint64_t nonce);
/// The same (account, nonce) always gets the same API key.
[[nodiscard]] headers l1_headers(const private_key& key, std::uint64_t chain_id,
                                 std::int64_t unix_seconds, std::uint64_t nonce);

/// Base64 (url alphabet, padded) of HMAC-SHA256(secret, time + method + path + body). `path` has no
/// query. Nothing when the secret is not base64 of either alphabet.
[[nodiscard]] std::optional<std::string> l2_signature(std::string_view secret,
                                                      std::int64_t unix_seconds,
                                                      std::string_view method,
                                                      std::string_view path, std::string_view body);
/// `account` is the one the key was made with.
[[nodiscard]] std::optional<headers> l2_headers(const api_credentials& c, const address& account,
                                                std::int64_t unix_seconds, std::string_view method,
                                                std::string_view path, std::string_view body);

}  // namespace headroom::chain::polymarket
