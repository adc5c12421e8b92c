#pragma once

#include <cstdint>
#include <string>

#include "domain/ids.hpp"
#include "domain/money.hpp"

/// Books with many users in them, written in bulk but such that `headroom verify` finds them clean.
namespace headroom::bench {

/// The n-th user of seeded books, n from 1.
[[nodiscard]] address user_number(std::uint64_t n) noexcept;

/// Migrates an empty database and gives `users` users 1,000,000 USDC each by one credited deposit,
/// and the buffer a USDC billion. Throws std::runtime_error when the database says no.
void seed_books(const std::string& database, std::uint32_t users);

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

}  // namespace headroom::bench
