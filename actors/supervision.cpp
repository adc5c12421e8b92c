#include "actors/supervision.hpp"

#include <algorithm>

namespace headroom::actors {
namespace {

template <class Children>
auto find(Children& all, const std::string& name) {
  return std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
}

}  // namespace

supervision& supervision::instance() {
  static supervision the_one;
  return the_one;
}

void supervision::started(const std::string& name, std::uint64_t actor_id) {
  const std::lock_guard lock{mutex_};
  auto at = find(children_, name);
  if (at == children_.end()) at = children_.insert(at, child{name, 0, false, 0, {}, 0});
  if (at->actor_id != 0) ++at->restarts;
  at->actor_id = actor_id;
  at->alive = true;
}

void supervision::ended(const std::string& name, const std::string& reason) {
  const std::lock_guard lock{mutex_};
  const auto at = find(children_, name);
  if (at == children_.end()) return;
  at->alive = false;
  at->last_reason = reason;
  at->last_actor = at->actor_id;
}

std::vector<supervision::child> supervision::children() const {
  const std::lock_guard lock{mutex_};
  return children_;
}

}  // namespace headroom::actors
