#pragma once

#include <optional>
#include <string_view>

#include "domain/bytes.hpp"

namespace headroom::chain {

/// A low-s ECDSA signature with Ethereum's recovery id.
struct signature {
  hash256 r;
  hash256 s;
  std::uint8_t v = 27;  // 27 or 28

  friend bool operator==(const signature&, const signature&) = default;
  [[nodiscard]] signature65 bytes() const;  // r || s || v
};

/// Why a signature was refused before anyone looked at the signer.
enum class signature_error : std::uint8_t {
  none = 0,
  length = 1,         // not 65 bytes
  recovery_id = 2,    // v not in {0, 1, 27, 28}
  range = 3,          // r or s is 0 or >= n
  high_s = 4,         // s > n/2: the malleated twin of another signature
  unrecoverable = 5,  // r is not the x coordinate of a point
};

struct parsed_signature {
  signature_error error = signature_error::none;
  signature value;  // v normalised to 27 or 28
};
/// The rules that need no curve arithmetic; all but `unrecoverable`.
[[nodiscard]] parsed_signature parse_signature(byte_view bytes);

struct recovered_signer {
  signature_error error = signature_error::none;
  address signer;
};
/// Who signed `digest`. Strict: see signature_error.
[[nodiscard]] recovered_signer recover(const hash256& digest, byte_view signature_bytes);
[[nodiscard]] recovered_signer recover(const hash256& digest, const signature& sig);

/// A secp256k1 secret. Moves only, wiped when it goes, and nothing prints it.
class private_key {
 public:
  /// 64 hex digits, "0x" optional, in [1, n-1].
  [[nodiscard]] static std::optional<private_key> parse(std::string_view hex);

  private_key(private_key&& other) noexcept;
  private_key& operator=(private_key&& other) noexcept;
  ~private_key();

  [[nodiscard]] address address_of() const;
  /// RFC 6979, low s: the same digest always gives the same bytes.
  [[nodiscard]] signature sign(const hash256& digest) const;

  template <class Stream>
  friend Stream& operator<<(Stream&, const private_key&) = delete;

 private:
  private_key() = default;
  std::array<std::uint8_t, 32> secret_{};
};

}  // namespace headroom::chain
