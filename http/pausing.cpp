#include "http/pausing.hpp"

#include "actors/work_switches.hpp"

namespace headroom::http {

void refuse_if_paused(const exchange& x, pausable work) {
  const auto& switches = x.services().dir.gauges.switches();
  if (!switches.paused(work)) return;
  throw problem_of(errc::paused,
                   std::string{to_string(work)} + " are paused: " + switches.last(work).reason);
}

}  // namespace headroom::http
