#include "actors/log_limit.hpp"

#include <algorithm>

namespace headroom::actors {

bool log_limit::due(std::string_view cause, time_point now) {
  const std::lock_guard lock{mutex_};
  if (const auto i = written_.find(cause); i != written_.end()) {
    if (now < i->second + pause) return false;
    i->second = now;
    return true;
  }
  if (written_.size() >= most_causes)
    written_.erase(std::min_element(written_.begin(), written_.end(),
                                    [](auto& a, auto& b) { return a.second < b.second; }));
  written_.emplace(cause, now);
  return true;
}

}  // namespace headroom::actors
