#pragma once

#include <cstdint>
#include <string>

#include "domain/bytes.hpp"
#include "domain/time.hpp"

namespace headroom {

/// Somebody who signed in: a wallet, by a message that it signed, or the owner of a service key.
/// The token that shows it is in its owner's hands alone.
struct signed_session {
  hash256 token_hash;  // SHA-256 of the token as it is written
  hash256 nonce_hash;  // of the nonce in the message: it is good once
  address user;        // zero: a service key's
  std::string key_id;  // "": a user's
  timestamp created_at;
  timestamp expires_at;
  timestamp closed_at{};    // signed out, or pushed out by newer ones
  std::int64_t change = 0;  // numbers the last change of any session; only where it was read

  [[nodiscard]] bool is_good(timestamp now) const noexcept {
    return !closed_at.is_set() && now < expires_at;
  }
};

/// So many of one user or key stay open: the oldest make room.
inline constexpr std::uint32_t most_sessions_of_one = 20;

}  // namespace headroom
