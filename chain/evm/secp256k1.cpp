#include "chain/evm/secp256k1.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "chain/evm/keccak.hpp"

namespace headroom::chain {
namespace {

struct context_deleter {
  void operator()(secp256k1_context* c) const { secp256k1_context_destroy(c); }
};

/// One for the process, blinded once; read-only afterwards, so threads may share it.
const secp256k1_context* context() {
  using owner = std::unique_ptr<secp256k1_context, context_deleter>;
  static const owner instance = [] {
    owner made{secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)};
    std::array<std::uint8_t, 32> seed{};
    if (RAND_bytes(seed.data(), static_cast<int>(seed.size())) != 1 ||
        secp256k1_context_randomize(made.get(), seed.data()) != 1)
      throw std::runtime_error{"no randomness for the signing context"};
    return made;
  }();
  return instance.get();
}

constexpr hash256 word(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  hash256 out;
  const std::array<std::uint64_t, 4> limbs{a, b, c, d};
  for (std::size_t i = 0; i < 32; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(limbs[i / 8] >> (56 - 8 * (i % 8)));
  return out;
}
constexpr auto order =
    word(0xffffffffffffffff, 0xfffffffffffffffe, 0xbaaedce6af48a03b, 0xbfd25e8cd0364141);
constexpr auto half_order =
    word(0x7fffffffffffffff, 0xffffffffffffffff, 0x5d576e7357a4501d, 0xdfe92f46681b20a0);

bool in_range(const hash256& x) { return !x.is_zero() && x < order; }

address address_of_point(const secp256k1_pubkey& point) {
  std::array<std::uint8_t, 65> plain{};
  std::size_t size = plain.size();
  secp256k1_ec_pubkey_serialize(context(), plain.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
  const auto digest = keccak256(byte_view{plain}.subspan(1));
  address out;
  std::copy(digest.bytes.begin() + 12, digest.bytes.end(), out.bytes.begin());
  return out;
}

}  // namespace

signature65 signature::bytes() const {
  signature65 out;
  std::copy(r.bytes.begin(), r.bytes.end(), out.bytes.begin());
  std::copy(s.bytes.begin(), s.bytes.end(), out.bytes.begin() + 32);
  out.bytes[64] = v;
  return out;
}

parsed_signature parse_signature(byte_view bytes) {
  if (bytes.size() != 65) return {signature_error::length, {}};
  signature out;
  std::copy_n(bytes.begin(), 32, out.r.bytes.begin());
  std::copy_n(bytes.begin() + 32, 32, out.s.bytes.begin());
  const auto v = bytes[64];
  if (v != 0 && v != 1 && v != 27 && v != 28) return {signature_error::recovery_id, {}};
  out.v = static_cast<std::uint8_t>(v < 27 ? v + 27 : v);
  if (!in_range(out.r) || !in_range(out.s)) return {signature_error::range, {}};
  if (out.s > half_order) return {signature_error::high_s, {}};
  return {signature_error::none, out};
}

recovered_signer recover(const hash256& digest, byte_view signature_bytes) {
  const auto [error, sig] = parse_signature(signature_bytes);
  if (error != signature_error::none) return {error, {}};
  secp256k1_ecdsa_recoverable_signature parsed;
  secp256k1_pubkey point;
  const auto bytes = sig.bytes();
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &parsed, bytes.bytes.data(),
                                                          sig.v - 27) != 1 ||
      secp256k1_ecdsa_recover(context(), &point, &parsed, digest.bytes.data()) != 1)
    return {signature_error::unrecoverable, {}};
  return {signature_error::none, address_of_point(point)};
}

recovered_signer recover(const hash256& digest, const signature& sig) {
  return recover(digest, sig.bytes().view());
}

std::optional<private_key> private_key::parse(std::string_view hex) {
  private_key out;
  if (!from_hex_exact(hex, out.secret_) ||
      secp256k1_ec_seckey_verify(context(), out.secret_.data()) != 1)
    return std::nullopt;
  return out;
}

private_key::private_key(private_key&& other) noexcept : secret_(other.secret_) {
  OPENSSL_cleanse(other.secret_.data(), other.secret_.size());
}

private_key& private_key::operator=(private_key&& other) noexcept {
  if (this == &other) return *this;
  secret_ = other.secret_;
  OPENSSL_cleanse(other.secret_.data(), other.secret_.size());
  return *this;
}

private_key::~private_key() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

address private_key::address_of() const {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(context(), &point, secret_.data()) != 1)
    throw std::logic_error{"private key used after it was moved from"};
  return address_of_point(point);
}

signature private_key::sign(const hash256& digest) const {
  secp256k1_ecdsa_recoverable_signature made;
  if (secp256k1_ecdsa_sign_recoverable(context(), &made, digest.bytes.data(), secret_.data(),
                                       nullptr, nullptr) != 1)
    throw std::logic_error{"private key used after it was moved from"};
  std::array<std::uint8_t, 64> compact{};
  int recovery_id = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), compact.data(), &recovery_id,
                                                          &made);
  signature out;
  std::copy_n(compact.begin(), 32, out.r.bytes.begin());
  std::copy_n(compact.begin() + 32, 32, out.s.bytes.begin());
  out.v = static_cast<std::uint8_t>(27 + recovery_id);
  return out;
}

}  // namespace headroom::chain
