#pragma once

#include "actors/directory.hpp"
#include "http/metric_families.hpp"

namespace headroom::actors {
struct webhook_counters;
}

namespace headroom::http {

/// What the house lets everyone see without being asked: gauges of the directory, alerts, and the
/// counters of money and of outside calls. Asks no actor.
class house_metrics final : public prometheus::Collectable {
 public:
  explicit house_metrics(const actors::directory& dir) : dir_{dir} {}
  [[nodiscard]] metric_families Collect() const override;

 private:
  const actors::directory& dir_;
};

/// Of what actors answered.
[[nodiscard]] metric_families families_of(const buffer_status& s);
/// Of the last 30 days, by route and source.
[[nodiscard]] metric_families families_of(const conversion_metrics& m);
/// The routes as the next choice sees them.
[[nodiscard]] metric_families families_of(const actors::route_listing& all);
/// Nothing before the audit's first comparison.
[[nodiscard]] metric_families families_of(const solvency& s);
[[nodiscard]] metric_families families_of(const std::vector<actors::kind_info>& kinds);
[[nodiscard]] metric_families families_of(const actors::webhook_counters& tries);

}  // namespace headroom::http
