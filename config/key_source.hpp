#pragma once

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
