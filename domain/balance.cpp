#include "domain/balance.hpp"

namespace headroom {

void tentative_book::set_committed(usdc amount, std::int64_t version) noexcept {
  if (version < version_) return;
  committed_ = amount;
  version_ = version;
}

bool tentative_book::deduct(const hold_id& hold, usdc amount) {
  if (tentative_.contains(hold)) return true;
  if (!amount.is_positive() || amount > available()) return false;
  tentative_.emplace(hold, amount);
  sum_ = add_saturating(sum_, amount);
  return true;
}

void tentative_book::forget(const hold_id& hold) noexcept {
  const auto i = tentative_.find(hold);
  if (i == tentative_.end()) return;
#ifdef HEADROOM_PLANTED_LOST_HOLD  // for tests/simulation alone, as below: a hold that stays
  if (tentative_.size() > 1) return;
#endif
  sum_ = sub_saturating(sum_, i->second);
#ifdef HEADROOM_PLANTED_DOUBLE_RELEASE  // it must notice a release counted twice
  sum_ = sub_saturating(sum_, i->second);
#endif
  tentative_.erase(i);
}

usdc tentative_book::available() const noexcept {
  const auto left = sub_saturating(committed_, sum_);
  return left.is_positive() ? left : usdc{};
}

}  // namespace headroom
