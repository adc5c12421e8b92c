#include "http/promised_bets.hpp"

#include <utility>

namespace headroom::http {

void promised_bets::promise(const bet& asked_for, time_point now) {
  const std::lock_guard lock{mutex_};
  forget_old(now);
  const auto [at, is_new] = entries_.try_emplace(asked_for.id);
  at->second = {asked_for, now + keep_};
  if (is_new) by_age_.push_back(asked_for.id);
}

std::optional<bet> promised_bets::refused(const bet_id& id, std::string why, timestamp at) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  auto& row = found->second.row;
  row.status = bet_status::failed;
  row.refunded = row.amount;  // nothing was kept
  row.failure = std::move(why);
  row.updated_at = at;
  return row;
}

std::optional<bet> promised_bets::look(const bet_id& id, time_point now) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.until <= now) return std::nullopt;
  return found->second.row;
}

std::size_t promised_bets::size() const {
  const std::lock_guard lock{mutex_};
  return entries_.size();
}

void promised_bets::forget_old(time_point now) {
  while (!by_age_.empty()) {
    const auto oldest = entries_.find(by_age_.front());
    if (entries_.size() < most_ && oldest->second.until > now) return;
    entries_.erase(oldest);
    by_age_.pop_front();
  }
}

}  // namespace headroom::http
