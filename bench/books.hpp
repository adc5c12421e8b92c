#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/journal.hpp"

/// Books with many users in them, written in bulk but such that `headroom verify` finds them clean.
namespace headroom::bench {

/// The n-th user of seeded books, n from 1.
[[nodiscard]] address user_number(std::uint64_t n) noexcept;

/// Migrates an empty database and gives `users` users 1,000,000 USDC each by one credited deposit,
/// and the buffer a USDC billion. Throws std::runtime_error when the database says no.
void seed_books(const std::string& database, std::uint32_t users);

/// Of a signed order as the venue's actor stores it: layout 3, with its terms.
inline constexpr std::size_t order_bytes = 320;

/// SplitMix64: the same seed draws the same bets.
class draw {
 public:
  explicit draw(std::uint64_t seed) noexcept : at_{seed} {}
  std::uint64_t next() noexcept;
  /// Fills the id with 128 drawn bits.
  bet_id next_bet() noexcept;

 private:
  std::uint64_t at_;
};

/// A bet of a dollar as it is accepted, and a fill of it that cost a little less than reserved, as
/// the stub venue's.
[[nodiscard]] accept_bet bet_of(draw& random, const address& user, const uint256& token);
[[nodiscard]] finish_bet fill_of(const bet& row);

/// A market with a position of each user in it: the odd ones hold its first outcome, the even ones
/// its second.
struct seeded_market {
  record_market market;
  std::vector<share_amount> shares;  // of all users, by outcome
};
/// The `number`-th such market of seeded books, by bets that were placed and filled; 1 or more.
/// Throws std::runtime_error when the database says no.
[[nodiscard]] seeded_market seed_positions(const std::string& database, std::uint8_t number,
                                           std::uint32_t users, draw& random);

}  // namespace headroom::bench
