#include "http/refusal_log.hpp"

#include <utility>

namespace headroom::http {

void refusal_log::note(refusal x) {
  const std::lock_guard lock{mutex_};
  auto& c = counts_[x.code];
  c.code = x.code;
  c.status = x.status;
  ++c.refused;
  c.last = x.at;
  last_.push_front(std::move(x));
  if (last_.size() > kept) last_.pop_back();
}

std::vector<refusal_log::count> refusal_log::counts() const {
  std::vector<count> out;
  const std::lock_guard lock{mutex_};
  for (const auto& [code, c] : counts_) out.push_back(c);
  return out;
}

std::vector<refusal> refusal_log::last() const {
  const std::lock_guard lock{mutex_};
  return {last_.begin(), last_.end()};
}

}  // namespace headroom::http
