#include "domain/balance.hpp"

namespace headroom {

void tentative_book::set_committed(usdc amount, std::int64_t version) noexcept {
  if (version < version_) return;
  committed_ = amount;
  version_ = version;
}

bool tentative_book::deduct(const bet_id& bet, usdc amount) {
  if (tentative_.contains(bet)) return true;
  if (!amount.is_positive() || amount > available()) return false;
  tentative_.emplace(bet, amount);
  sum_ = add_saturating(sum_, amount);
  return true;
}

void tentative_book::forget(const bet_id& bet) noexcept {
  const auto i = tentative_.find(bet);
  if (i == tentative_.end()) return;
#ifdef HEADROOM_PLANTED_LOST_HOLD  // for tests/simulation alone, as below: a hold that stays
  if (tentative_.size() > 1) return;
#endif
  sum_ = sub_saturating(sum_, i->second);
#ifdef HEADROOM_PLANTED_DOUBLE_REFUND  // it must notice a refund counted twice
  sum_ = sub_saturating(sum_, i->second);
#endif
  tentative_.erase(i);
}

usdc tentative_book::available() const noexcept {
  const auto left = sub_saturating(committed_, sum_);
  return left.is_positive() ? left : usdc{};
}

}  // namespace headroom
