#include "http/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace headroom::http {

hash256 sha256(std::string_view text) {
  hash256 out;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), out.bytes.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error{"SHA-256 is not available"};
  return out;
}

hash256 hmac_sha256(byte_view key, std::string_view text) {
  hash256 out;
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.bytes.data(),
           &size) == nullptr)
    throw std::runtime_error{"HMAC-SHA256 is not available"};
  return out;
}

void random_bytes(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
    throw std::runtime_error{"the system has no randomness"};
}

std::string random_hex(std::size_t bytes) {
  byte_vector out(bytes);
  random_bytes(out);
  return to_hex(out);
}

bool same_secret(byte_view a, byte_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace headroom::http
