#pragma once

#include <optional>

#include "chain/evm/secp256k1.hpp"
#include "domain/bytes.hpp"

namespace headroom::chain {

/// Wei per gas, EIP-1559.
struct gas_fees {
  std::uint64_t max_priority_fee = 0;
  std::uint64_t max_fee = 0;
  friend bool operator==(const gas_fees&, const gas_fees&) = default;
};
/// Both so many percent higher and at least `market`: passes every node's replacement rule (10 %).
[[nodiscard]] gas_fees bumped(const gas_fees& old, const gas_fees& market,
                              std::uint32_t percent = 25);
/// Whether a node may take it in the place of `old`: both numbers at least 10 % and 1 wei higher.
[[nodiscard]] bool replaces(const gas_fees& next, const gas_fees& old);

/// A type-2 transaction before it has a signature. The access list is always empty.
struct unsigned_transaction {
  std::uint64_t chain_id = 0;
  std::uint64_t nonce = 0;
  gas_fees fees;
  std::uint64_t gas_limit = 0;
  address to;
  uint256 value;  // wei
  byte_vector data;

  friend bool operator==(const unsigned_transaction&, const unsigned_transaction&) = default;
  /// keccak256(0x02 || rlp[...]).
  [[nodiscard]] hash256 sighash() const;
};

/// A transaction whose bytes are final: `raw` is stored, then broadcast, then looked up by `hash`.
struct signed_transaction {
  unsigned_transaction body;
  signature sig;
  byte_vector raw;
  hash256 hash;
};
[[nodiscard]] signed_transaction sign(unsigned_transaction body, const private_key& key);
/// Reads stored bytes back (a fee bump needs the body); nothing unless they are exactly what `sign`
/// writes.
[[nodiscard]] std::optional<signed_transaction> decode_transaction(byte_view raw);

}  // namespace headroom::chain
