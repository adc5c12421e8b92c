#pragma once

#include <string>

namespace headroom::config {

/// Where a private key is read from: a file with 64 hex digits, or an environment variable.
struct key_source {
  std::string file;
  std::string env;

  friend bool operator==(const key_source&, const key_source&) = default;
  [[nodiscard]] bool named() const noexcept { return !file.empty() || !env.empty(); }
};

/// An account at the venue: what we call it, and the key that signs its orders.
struct venue_account {
  std::string name;
  key_source key;
};

}  // namespace headroom::config
