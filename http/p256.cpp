#include "http/p256.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "domain/delegations.hpp"

namespace headroom::http {
namespace {

struct freed {
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(EVP_PKEY_CTX* x) const { EVP_PKEY_CTX_free(x); }
  void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
  void operator()(ECDSA_SIG* x) const { ECDSA_SIG_free(x); }
};
template <class T>
using owned = std::unique_ptr<T, freed>;

/// Null unless the bytes are a point of the curve.
owned<EVP_PKEY> key_of(byte_view bytes) {
  constexpr std::uint8_t uncompressed = 4;
  if (bytes.size() != delegated_key_size || bytes.front() != uncompressed) return {};
  const owned<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return {};
  char group[] = "P-256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                        const_cast<std::uint8_t*>(bytes.data()), bytes.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* out = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_PUBLIC_KEY, parameters) != 1) return {};
  return owned<EVP_PKEY>{out};
}

/// r and s as OpenSSL wants them: DER.
byte_vector der_of(byte_view signature) {
  const auto half = static_cast<int>(p256_signature_size / 2);
  const owned<ECDSA_SIG> pair{ECDSA_SIG_new()};
  auto* const r = BN_bin2bn(signature.data(), half, nullptr);
  auto* const s = BN_bin2bn(signature.data() + half, half, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  std::uint8_t* bytes = nullptr;
  const auto size = i2d_ECDSA_SIG(pair.get(), &bytes);
  if (size <= 0) return {};
  const byte_vector out(bytes, bytes + size);
  OPENSSL_free(bytes);
  return out;
}

}  // namespace

bool is_p256_key(byte_view public_key) {
  const auto key = key_of(public_key);
  if (!key) return false;
  const owned<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

bool p256_signed(byte_view public_key, byte_view message, byte_view signature) {
  if (signature.size() != p256_signature_size) return false;
  const auto key = key_of(public_key);
  const owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  if (!key || !context) return false;
  const auto der = der_of(signature);
  return !der.empty() &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) ==
             1;
}

}  // namespace headroom::http
