#include "chain/polymarket/credentials.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "chain/evm/eip55.hpp"
#include "chain/evm/eip712.hpp"
#include "net/base64.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

void replace(std::string& text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
}

/// Either alphabet, padded or not.
std::optional<byte_vector> secret_bytes(std::string_view secret) {
  std::string text{secret};
  replace(text, '-', '+');
  replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return net::from_base64(text);
}

}  // namespace

std::optional<api_credentials> read_credentials(std::string_view body) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  const auto* key = net::text_member(*document, "apiKey");
  const auto* secret = net::text_member(*document, "secret");
  const auto* passphrase = net::text_member(*document, "passphrase");
  if (!key || !secret || !passphrase || key->empty() || !secret_bytes(*secret)) return std::nullopt;
  return api_credentials{*key, *secret, *passphrase};
}

hash256 l1_digest(std::uint64_t chain_id, const address& account, std::int64_t unix_seconds,
                  std::uint64_t nonce) {
  return eip712::digest(
      eip712::separator({"ClobAuthDomain", "1", chain_id, std::nullopt}),
      eip712::struct_hash{"ClobAuth(address address,string timestamp,uint256 nonce,string message)"}
          .account(account)
          .text(std::to_string(unix_seconds))
          .number(nonce)
          .text("This message attests that I control the given wallet")
          .done());
}

headers l1_headers(const private_key& key, std::uint64_t chain_id, std::int64_t unix_seconds,
                   std::uint64_t nonce) {
  const auto account = key.address_of();
  const auto sig = key.sign(l1_digest(chain_id, account, unix_seconds, nonce));
  return {{"POLY_ADDRESS", checksummed(account)},
          {"POLY_SIGNATURE", sig.bytes().hex()},
          {"POLY_TIMESTAMP", std::to_string(unix_seconds)},
          {"POLY_NONCE", std::to_string(nonce)}};
}

std::optional<std::string> l2_signature(std::string_view secret, std::int64_t unix_seconds,
                                        std::string_view method, std::string_view path,
                                        std::string_view body) {
  const auto key = secret_bytes(secret);
  if (!key || key->empty()) return std::nullopt;
  auto message = std::to_string(unix_seconds);
  message.append(method).append(path).append(body);
  std::array<std::uint8_t, 32> mac{};
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
            reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(),
            &size))
    return std::nullopt;
  auto out = net::to_base64(byte_view{mac});
  replace(out, '+', '-');
  replace(out, '/', '_');
  return out;
}

std::optional<headers> l2_headers(const api_credentials& c, const address& account,
                                  std::int64_t unix_seconds, std::string_view method,
                                  std::string_view path, std::string_view body) {
  auto mac = l2_signature(c.secret, unix_seconds, method, path, body);
  if (!mac) return std::nullopt;
  return headers{{"POLY_ADDRESS", checksummed(account)},
                 {"POLY_SIGNATURE", std::move(*mac)},
                 {"POLY_TIMESTAMP", std::to_string(unix_seconds)},
                 {"POLY_API_KEY", c.key},
                 {"POLY_PASSPHRASE", c.passphrase}};
}

}  // namespace headroom::chain::polymarket
