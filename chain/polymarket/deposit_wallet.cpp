#include "chain/polymarket/deposit_wallet.hpp"

#include "chain/evm/eip55.hpp"
#include "chain/evm/eip712.hpp"
#include "chain/evm/keccak.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

using json = nlohmann::ordered_json;

/// An array of structs is hashed as its members' hashes, one behind the other.
hash256 hash_of(const std::vector<actors::contract_call>& calls) {
  byte_vector all;
  for (const auto& c : calls) {
    const auto one = eip712::struct_hash{"Call(address target,uint256 value,bytes data)"}
                         .account(c.to)
                         .word(c.value.view())
                         .word(keccak256(byte_view{c.data}).view())
                         .done();
    all.insert(all.end(), one.bytes.begin(), one.bytes.end());
  }
  return keccak256(byte_view{all});
}

}  // namespace

hash256 digest_of(const wallet_batch& b, std::uint64_t chain_id) {
  return eip712::digest(
      eip712::separator({"DepositWallet", "1", chain_id, b.wallet}),
      eip712::struct_hash{"Batch(address wallet,uint256 nonce,uint256 deadline,Call[] calls)"
                          "Call(address target,uint256 value,bytes data)"}
          .account(b.wallet)
          .number(b.nonce)
          .number(b.deadline)
          .word(hash_of(b.calls).view())
          .done());
}

signed_batch sign(wallet_batch body, std::uint64_t chain_id, const private_key& key) {
  const auto digest = digest_of(body, chain_id);
  return {std::move(body), key.address_of(), digest, key.sign(digest).bytes()};
}

std::string submit_body(const signed_batch& b, const address& factory, std::string_view metadata) {
  auto calls = json::array();
  for (const auto& c : b.body.calls)
    calls.push_back(
        json{{"target", checksummed(c.to)}, {"value", c.value.decimal()}, {"data", to_0x(c.data)}});
  json out{{"type", "WALLET"},
           {"from", checksummed(b.owner)},
           {"to", checksummed(factory)},
           {"nonce", std::to_string(b.body.nonce)},
           {"signature", b.signature.hex()},
           {"depositWalletParams", json{{"depositWallet", checksummed(b.body.wallet)},
                                        {"deadline", std::to_string(b.body.deadline)},
                                        {"calls", std::move(calls)}}}};
  if (!metadata.empty()) out["metadata"] = std::string{metadata.substr(0, longest_metadata)};
  return net::to_text(out);
}

}  // namespace headroom::chain::polymarket
