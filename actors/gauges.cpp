#include "actors/gauges.hpp"

#include "actors/alerts.hpp"
#include "actors/house_counters.hpp"
#include "actors/log_limit.hpp"
#include "actors/work_switches.hpp"

namespace headroom::actors {

gauges::gauges()
    : alerts_{std::make_unique<alert_board>()},
      lines_{std::make_unique<log_limit>()},
      counters_{std::make_unique<house_counters>()},
      switches_{std::make_unique<work_switches>()} {}

gauges::~gauges() = default;

}  // namespace headroom::actors
