#include "webhooks/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "net/base64.hpp"

namespace headroom::webhooks {

std::string secret_text(byte_view secret) { return "whsec_" + net::to_base64(secret); }

std::string sign(byte_view secret, std::string_view id, std::int64_t timestamp,
                 std::string_view body) {
  std::string text{id};
  text.append(".").append(std::to_string(timestamp)).append(".").append(body);
  hash256 out;
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.bytes.data(),
           &size) == nullptr)
    throw std::runtime_error{"HMAC-SHA256 is not available"};
  return "v1," + net::to_base64(out.bytes);
}

std::string signatures_of(const webhook& by, std::string_view id, timestamp now,
                          std::string_view body) {
  auto out = sign(by.secret, id, now.seconds(), body);
  if (!by.old_secret.empty() && now < by.old_secret_until)
    out += " " + sign(by.old_secret, id, now.seconds(), body);
  return out;
}

}  // namespace headroom::webhooks
