#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "domain/bytes.hpp"

namespace headroom::config {

/// Where a private key is read from: a file with 64 hex digits, or an environment variable.
struct key_source {
  std::string file;
  std::string env;

  friend bool operator==(const key_source&, const key_source&) = default;
  [[nodiscard]] bool named() const noexcept { return !file.empty() || !env.empty(); }
};

/// A signer elsewhere that has the key of one of our accounts, like web3signer or a node before
/// clef.
struct signer_source {
  std::string url;    // "{chain_id}" in it stands for the chain's: some signers are for one chain
  address account{};  // what it signs for
  std::chrono::milliseconds timeout{5'000};  // of one signature
  key_source token{};                        // sent as bearer; not named: none
};

/// Who signs for one of our accounts: a key that is read here, or a signer elsewhere.
struct account_source {
  key_source key{};
  signer_source signer{};

  [[nodiscard]] bool is_remote() const noexcept { return !signer.url.empty(); }
  [[nodiscard]] bool named() const noexcept { return key.named() || is_remote(); }
};

/// By what the account is for. One that is not named is the wallet's.
struct account_keys {
  account_source settlement;   // submits users' payments
  account_source conversion;   // users pay to it; converts what they paid
  account_source withdrawals;  // pays users out
  // Who users pay to on these chains, where that is another account than conversion's: it sends
  // what they paid to conversion's on Polygon.
  account_source plasma;
  account_source base;
};

/// An account at the venue: what we call it, the key that signs its orders, and for whom.
struct venue_account {
  std::string name;
  key_source key;
  /// The venue's number: 0 the key's own account, 2 a Safe, 3 a deposit wallet.
  std::uint8_t signature_type = 0;
  address wallet{};     // the Safe or the deposit wallet
  bool enabled = true;  // false: it takes no new orders
};

}  // namespace headroom::config
