#pragma once

#include <optional>

#include "domain/reports.hpp"

namespace headroom {

/// What the service owns on the chains, in dollars of six decimals.
struct holdings {
  usdc sources;  // what users pay with, where it waits for its conversion: USDT0, USDC on Base
  usdc backing;  // Polygon USDC, and what of it is the venue's collateral already
};

/// Buffer, reserve, what is in transit, what placing bets have at the venue, and what open
/// withdrawals send.
[[nodiscard]] usdc assets_of(const trial_balance& books) noexcept;
/// What users are owed: their balances, and the placing bets and open withdrawals, each of which
/// may be refunded in full. So those stand on both sides and hide nothing.
[[nodiscard]] usdc liabilities_of(const trial_balance& books) noexcept;
/// Assets minus liabilities, by the books alone: the house's own, which is its capital and revenue
/// less its losses.
[[nodiscard]] usdc difference_of(const trial_balance& books) noexcept;

/// What the chains lack of what the books say is there (reconciliation.hpp): USDC for buffer,
/// reserve and withdrawals that have no transaction yet, for what conversions brought, and for what
/// waits as this very USDC; the sources' tokens for what waits for its conversion, and for what a
/// running one has not sent. Zero when nothing is missing; more than the books say is fine.
[[nodiscard]] usdc shortfall_of(const trial_balance& books, const holdings& chains) noexcept;

/// The last word of the continuous check.
struct solvency {
  bool checked = false;
  bool solvent = false;
  usdc difference;
  bool onchain_known = false;
  usdc shortfall;  // meaningful when onchain_known
  timestamp at;
  timestamp insolvent_since;  // not set while solvent
};

enum class solvency_news : std::uint8_t { none = 0, turned_bad = 1, turned_good = 2 };

/// Compares again and again, and tells when the verdict turns. Books and chains are read one after
/// the other, so a shortfall counts only when two looks in a row show one; the books alone are one
/// snapshot and count at once.
class solvency_watch {
 public:
  /// Nothing for `chains`: they are silent now, which changes no verdict about them.
  solvency_news look(const trial_balance& books, const std::optional<holdings>& chains,
                     timestamp now) noexcept;
  [[nodiscard]] const solvency& last() const noexcept { return last_; }

 private:
  solvency last_;
  bool short_before_ = false;  // the last look at the chains showed a shortfall
  bool short_ = false;         // two did
};

}  // namespace headroom
