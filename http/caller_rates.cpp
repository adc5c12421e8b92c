#include "http/caller_rates.hpp"

#include <algorithm>

namespace headroom::http {
namespace {
constexpr std::chrono::seconds sweep_interval{
    1};  // a flood of newcomers must not make us look each time
}

rate_bucket::clock::duration rate_bucket::take(const rate& allowed,
                                               clock::time_point now) noexcept {
  constexpr clock::rep second = clock::duration{std::chrono::seconds{1}}.count();
  const auto step = second / allowed.per_second;  // rounded down: never slower than promised
  const auto patience = step * allowed.burst;
  const auto at = now.time_since_epoch().count();
  auto due = due_.load(std::memory_order_relaxed);
  for (;;) {
    const auto next = std::max(due, at) + step;
    if (next - at > patience) return clock::duration{next - at - patience};
    if (due_.compare_exchange_weak(due, next, std::memory_order_relaxed)) return {};
  }
}

bool rate_bucket::is_full(clock::time_point now) const noexcept {
  return due_.load(std::memory_order_relaxed) <= now.time_since_epoch().count();
}

std::shared_ptr<rate_bucket> rate_table::of(std::string_view caller,
                                            rate_bucket::clock::time_point now) {
  std::string name{caller};
  auto& s = shards_[std::hash<std::string>{}(name) % shards];
  const std::lock_guard lock{s.mutex};
  const auto known = s.buckets.find(name);
  if (known != s.buckets.end()) return known->second;
  constexpr auto most = most_callers / shards;
  if (s.buckets.size() >= most && now >= s.next_sweep) {
    std::erase_if(s.buckets, [now](const auto& b) { return b.second->is_full(now); });
    s.next_sweep = now + sweep_interval;
  }
  if (s.buckets.size() >= most) return s.shared;
  return s.buckets.emplace(std::move(name), std::make_shared<rate_bucket>()).first->second;
}

std::size_t rate_table::size() const {
  std::size_t n = 0;
  for (const auto& s : shards_) {
    const std::lock_guard lock{s.mutex};
    n += s.buckets.size();
  }
  return n;
}

}  // namespace headroom::http
