#include "chain/polymarket/deposit_wallet.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
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

/// The creation code of Solady's ERC-1967 beacon proxy with 64 bytes of arguments: what stands
/// before the beacon's address, and behind it.
constexpr std::string_view before_beacon = "6100923d8160233d3973";
constexpr std::string_view behind_beacon =
    "60195155f3363d3d373d3d363d602036600436635c60da1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335"
    "a9a72aeaee59ff6cb3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3";

void append(byte_vector& out, byte_view more) { out.insert(out.end(), more.begin(), more.end()); }

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

std::string creation_body(const address& owner, const address& factory) {
  return net::to_text(
      json{{"type", "WALLET-CREATE"}, {"from", checksummed(owner)}, {"to", checksummed(factory)}});
}

address beacon_wallet_of(const address& owner, const address& factory, const address& beacon) {
  byte_vector arguments;
  append(arguments, abi::word_of(factory).view());
  append(arguments, abi::word_of(owner).view());
  const auto salt = keccak256(byte_view{arguments});
  auto code = from_hex(before_beacon).value_or(byte_vector{});
  append(code, beacon.view());
  append(code, from_hex(behind_beacon).value_or(byte_vector{}));
  append(code, arguments);
  byte_vector made{0xff};
  append(made, factory.view());
  append(made, salt.view());
  append(made, keccak256(byte_view{code}).view());
  const auto hash = keccak256(byte_view{made});
  address out;
  std::copy_n(hash.bytes.end() - address::size, address::size, out.bytes.begin());
  return out;
}

}  // namespace headroom::chain::polymarket
