#include "http/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace headroom::http {

std::size_t raise_descriptor_limit() noexcept {
  constexpr std::size_t posix_minimum = 20;  // when the system does not say
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return posix_minimum;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur;
}

std::size_t affordable_connections(std::size_t wanted, std::size_t limit) noexcept {
  const auto kept = std::min(reserved_descriptors, limit / 2);
  return std::min(wanted, limit - kept);
}

}  // namespace headroom::http
