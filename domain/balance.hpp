#pragma once

#include <cstdint>
#include <unordered_map>

#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"

namespace headroom {

/// A committed amount and the tentative deductions on top of it, each a hold: the arithmetic shared
/// by one user's balance and by the buffer.
///
///     available = committed - sum of tentative
///
/// The committed part changes only by the journal's word, which carries a version; an older word
/// never overwrites a newer one. So whatever was lost, reordered or restarted, the next word makes
/// it right again, and until then the sum errs on the careful side.
class tentative_book {
 public:
  /// The books' word. Ignored when older than what is known.
  void set_committed(usdc amount, std::int64_t version) noexcept;

  /// Takes `amount` (positive) for `hold` if available. True also when this hold has it already.
  [[nodiscard]] bool deduct(const hold_id& hold, usdc amount);
  /// Ends `hold`, committed or released; unknown ones are ignored.
  void forget(const hold_id& hold) noexcept;

  [[nodiscard]] usdc committed() const noexcept { return committed_; }
  [[nodiscard]] std::int64_t version() const noexcept { return version_; }
  [[nodiscard]] usdc tentative() const noexcept { return sum_; }
  /// Never negative: what a lost answer overstated is shown as nothing, not as a debt.
  [[nodiscard]] usdc available() const noexcept;
  [[nodiscard]] bool knows(const hold_id& hold) const noexcept { return tentative_.contains(hold); }
  [[nodiscard]] std::size_t tentative_count() const noexcept { return tentative_.size(); }

 private:
  usdc committed_;
  std::int64_t version_ = 0;
  usdc sum_;
  std::unordered_map<hold_id, usdc> tentative_;
};

}  // namespace headroom
