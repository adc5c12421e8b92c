#include "actors/work_switches.hpp"

#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "actors/gauges.hpp"

namespace headroom::actors {

void work_switches::publish(const switch_work& x) {
  const std::lock_guard lock{mutex_};
  last_.insert_or_assign(x.work, x);
  paused_[static_cast<std::size_t>(x.work)].store(x.paused, std::memory_order_release);
}

switch_work work_switches::last(pausable p) const {
  const std::lock_guard lock{mutex_};
  const auto i = last_.find(p);
  if (i != last_.end()) return i->second;
  switch_work none;
  none.work = p;
  return none;
}

void heard_switch(const gauges& to, const switch_work& x) {
  to.switches().publish(x);
  const auto what = to_string(x.work);
  spdlog::warn("work.{} work={} by={} reason=\"{}\"", x.paused ? "paused" : "resumed", what, x.by,
               x.reason);
  if (!x.paused) return to.alerts().clear(paused_alert, what, x.at);
  to.alerts().raise(paused_alert, what, "paused by " + x.by + ": " + x.reason, x.at);
}

}  // namespace headroom::actors
