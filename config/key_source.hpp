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

/// An account at the venue: what we call it, the key that signs its orders, how it signs, and the
/// contract that holds its money; with signature type 0 the key's own address does.
struct venue_account {
  std::string name;
  key_source key;
  std::uint8_t signature_type = 0;
  address wallet{};
};

}  // namespace headroom::config
