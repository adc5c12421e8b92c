#pragma once

#include "http/metric_families.hpp"

namespace headroom::http {

/// The process as the kernel sees it, under Prometheus' usual names (process_*), and which build
/// this is. What /proc does not say is left out.
class process_metrics final : public prometheus::Collectable {
 public:
  [[nodiscard]] metric_families Collect() const override;
};

}  // namespace headroom::http
