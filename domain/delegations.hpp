#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

namespace headroom {

/// A user lets another key sign their bets, within bounds (docs/decisions/0043).
struct delegation {
  delegation_id id;  // of the digest that the user signed
  address user;
  byte_vector public_key;  // P-256, uncompressed: 0x04, x, y
  usdc per_bet;            // the most that one bet takes
  usdc total;              // the most that all of them take together, less what came back
  usdc used{};             // of it, so far; the books' to say
  timestamp created_at;
  timestamp expires_at;
  timestamp revoked_at{};
  std::string revoked_by{};
};

inline constexpr std::size_t delegated_key_size = 65;

/// Who placed a bet that a delegated key signed: "user:0x.. delegation:<id>". The books find the
/// delegation by it.
[[nodiscard]] std::string placed_under(const delegation_id& id, const address& user);
/// The delegation in such a text; nothing in any other.
[[nodiscard]] std::optional<delegation_id> delegation_in(std::string_view placed_by);

/// Why no bet of `amount` is taken under it now: delegation_ended, exceeds_delegation, or none.
[[nodiscard]] errc refusal_under(const delegation& d, const address& user, usdc amount,
                                 timestamp now) noexcept;

}  // namespace headroom
