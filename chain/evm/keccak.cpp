#include "chain/evm/keccak.hpp"

#include <cryptopp/keccak.h>

namespace headroom::chain {

hash256 keccak256(byte_view data) {
  hash256 out;
  CryptoPP::Keccak_256 hasher;
  hasher.CalculateDigest(out.bytes.data(), data.data(), data.size());
  return out;
}

hash256 keccak256(std::string_view text) {
  return keccak256(byte_view{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace headroom::chain
