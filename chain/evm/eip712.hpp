#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"

/// EIP-712: typed structured data hashing.
namespace headroom::chain::eip712 {

struct domain {
  std::string name;
  std::string version;
  std::uint64_t chain_id = 0;
  std::optional<address> verifying_contract;
};
[[nodiscard]] hash256 separator(const domain& d);

/// hashStruct(s) = keccak256(typeHash || encodeData(s)): members in the order of the type.
class struct_hash {
 public:
  /// `type` is the encoded type, for example "Mail(address from,string contents)".
  explicit struct_hash(std::string_view type);
  /// By the type's hash, for types that are hashed often.
  explicit struct_hash(const hash256& type_hash);

  struct_hash& word(byte_view word_of_32);  // uint256, bytes32, a nested struct's hash
  struct_hash& number(std::uint64_t value);
  struct_hash& account(const address& a);
  struct_hash& text(std::string_view value);  // string: hashed
  [[nodiscard]] hash256 done() const;

 private:
  byte_vector data_;
};

/// keccak256(0x19 0x01 || domain separator || struct hash): what is signed.
[[nodiscard]] hash256 digest(const hash256& domain_separator, const hash256& struct_hash);

}  // namespace headroom::chain::eip712
