#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/messages/wallet_messages.hpp"
#include "chain/evm/secp256k1.hpp"

/// Deposit wallets (signature type 3) act only through their factory, which takes batches of calls
/// that the wallet's owner signed (facts/polymarket.md 1.1). The venue's relayer sends them; a
/// batch's nonce lets it happen once.
namespace headroom::chain::polymarket {

struct wallet_batch {
  address wallet;
  std::uint64_t nonce = 0;                   // the wallet's own, counted by its factory
  std::uint64_t deadline = 0;                // unix seconds; afterwards it cannot happen
  std::vector<actors::contract_call> calls;  // target, data and value count
};

/// EIP-712 under {"DepositWallet", "1", chain, wallet}: what is signed, and what a batch is known
/// by.
[[nodiscard]] hash256 digest_of(const wallet_batch& b, std::uint64_t chain_id);

struct signed_batch {
  wallet_batch body;
  address owner;  // whose key signed
  hash256 digest;
  signature65 signature;
};
[[nodiscard]] signed_batch sign(wallet_batch body, std::uint64_t chain_id, const private_key& key);

inline constexpr std::size_t longest_metadata = 500;  // characters, by the relayer

/// Exact body of POST /submit. `metadata` is a note for the relayer's list, cut to its bound; ""
/// leaves it out.
[[nodiscard]] std::string submit_body(const signed_batch& b, const address& factory,
                                      std::string_view metadata);

/// Exact body of the POST /submit that asks for `owner`'s wallet. Nobody signs it.
[[nodiscard]] std::string creation_body(const address& owner, const address& factory);

/// Where the wallet that the factory makes for `owner` now stands: a proxy of `beacon`, by CREATE2.
/// Wallets that stand elsewhere are of older kinds.
[[nodiscard]] address beacon_wallet_of(const address& owner, const address& factory,
                                       const address& beacon);

}  // namespace headroom::chain::polymarket
