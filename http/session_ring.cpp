#include "http/session_ring.hpp"

#include <algorithm>
#include <mutex>

namespace headroom::http {
namespace {

constexpr std::chrono::minutes sweep_interval{1};
/// Longer than any older word of a session that ended is on its way.
constexpr std::chrono::minutes ended_for{5};

}  // namespace

void session_ring::put(const signed_session& row) {
  auto& known = sessions_[row.token_hash];
  const auto closed_at = known.closed_at;
  known = row;
  if (closed_at.is_set()) known.closed_at = closed_at;
}

void session_ring::forget_old(timestamp now) {
  if (now < next_sweep_) return;
  next_sweep_ = now.plus(sweep_interval);
  std::erase_if(sessions_, [&](const auto& s) {
    const auto& [token, row] = s;
    return row.expires_at <= now ||
           (row.closed_at.is_set() && row.closed_at.plus(ended_for) <= now);
  });
}

void session_ring::hear(const std::vector<signed_session>& changes, timestamp now) {
  const std::unique_lock lock{mutex_};
  for (const auto& row : changes) {
    heard_ = std::max(heard_, row.change);
    if (row.expires_at > now) put(row);
  }
  forget_old(now);
  if (!changes.empty()) generation_.fetch_add(1, std::memory_order_acq_rel);
}

std::int64_t session_ring::heard() const {
  const std::shared_lock lock{mutex_};
  return heard_;
}

void session_ring::open(const signed_session& row) {
  const std::unique_lock lock{mutex_};
  put(row);
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

void session_ring::close(const hash256& token_hash, timestamp now) {
  const std::unique_lock lock{mutex_};
  const auto i = sessions_.find(token_hash);
  if (i == sessions_.end()) return;
  i->second.closed_at = now;
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

std::optional<signed_session> session_ring::find(const hash256& token_hash, timestamp now) const {
  const std::shared_lock lock{mutex_};
  const auto i = sessions_.find(token_hash);
  if (i == sessions_.end() || !i->second.is_good(now)) return std::nullopt;
  return i->second;
}

std::size_t session_ring::size() const {
  const std::shared_lock lock{mutex_};
  return sessions_.size();
}

}  // namespace headroom::http
