#include "net/lease.hpp"

#include <ctime>
#include <utility>

namespace headroom::net {

lease::instant lease::now() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_BOOTTIME, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

lease& lease::of_process() noexcept {
  static lease the_lease;
  return the_lease;
}

void lease::extend(instant until) noexcept {
  auto known = until_.load();
  while (known != over && known < until.count() &&
         !until_.compare_exchange_weak(known, until.count())) {
  }
}

void lease::explain(std::string why) {
  const std::lock_guard lock{mutex_};
  why_ = std::move(why);
}

std::string lease::why() const {
  const std::lock_guard lock{mutex_};
  return why_;
}

}  // namespace headroom::net
