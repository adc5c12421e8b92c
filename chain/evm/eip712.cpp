#include "chain/evm/eip712.hpp"

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::eip712 {

struct_hash::struct_hash(std::string_view type) : struct_hash{keccak256(type)} {}
struct_hash::struct_hash(const hash256& type_hash) {
  data_.reserve(512);  // fifteen members: more than any type has here
  word(type_hash.view());
}

struct_hash& struct_hash::word(byte_view word_of_32) {
  data_.insert(data_.end(), word_of_32.begin(), word_of_32.end());
  return *this;
}

struct_hash& struct_hash::number(std::uint64_t value) { return word(uint256::of(value).view()); }
struct_hash& struct_hash::account(const address& a) { return word(abi::word_of(a).view()); }
struct_hash& struct_hash::text(std::string_view value) { return word(keccak256(value).view()); }
hash256 struct_hash::done() const { return keccak256(byte_view{data_}); }

hash256 separator(const domain& d) {
  struct_hash out{d.verifying_contract
                      ? "EIP712Domain(string name,string version,uint256 chainId,"
                        "address verifyingContract)"
                      : "EIP712Domain(string name,string version,uint256 chainId)"};
  out.text(d.name).text(d.version).number(d.chain_id);
  if (d.verifying_contract) out.account(*d.verifying_contract);
  return out.done();
}

hash256 digest(const hash256& domain_separator, const hash256& struct_hash) {
  byte_vector out{0x19, 0x01};
  out.insert(out.end(), domain_separator.bytes.begin(), domain_separator.bytes.end());
  out.insert(out.end(), struct_hash.bytes.begin(), struct_hash.bytes.end());
  return keccak256(byte_view{out});
}

}  // namespace headroom::chain::eip712
