#include "actors/handler_times.hpp"

#include <algorithm>

namespace headroom::actors {

std::uint64_t times_seen::percentile_us(double share) const noexcept {
  const auto wanted = share * static_cast<double>(total);
  std::uint64_t below = 0;
  for (std::size_t n = 0; n < buckets; ++n) {
    below += counts[n];
    if (counts[n] == 0 || static_cast<double>(below) < wanted) continue;
    const auto bound = n == 0 ? 0 : (std::uint64_t{1} << n) - 1;
    return n + 1 == buckets ? max_us : std::min(bound, max_us);
  }
  return max_us;
}

void handler_times::histogram::add_to(times_seen& out) const noexcept {
  for (std::size_t n = 0; n < counts.size(); ++n) {
    const auto seen = counts[n].load(std::memory_order_relaxed);
    out.counts[n] += seen;
    out.total += seen;
  }
  out.total_us += total_us.load(std::memory_order_relaxed);
  out.max_us = std::max(out.max_us, max_us.load(std::memory_order_relaxed));
}

void handler_times::sum(type_times& out) const noexcept {
  for (const auto& s : stripes_) {
    s.took.add_to(out.took);
    s.waited.add_to(out.waited);
  }
}

}  // namespace headroom::actors
