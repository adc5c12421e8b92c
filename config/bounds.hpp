#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace headroom::config {

/// The values that one number or amount of the settings may have, both ends included. Every such
/// field has a row here (a test asks for it), so that no value passes by accident: a wait of
/// nothing is a loop that never rests, a grace of nothing refunds what was filled.
struct bound {
  enum class unit : std::uint8_t { whole, fraction, amount };

  const char* field;  // "section.name"
  double value;       // exact below 2^53
  double least;
  double most;
  unit in = unit::whole;

  [[nodiscard]] bool kept() const noexcept { return value >= least && value <= most; }
  /// A value of this field as the file says it: 7, 0.5 or "12.50".
  [[nodiscard]] std::string text(double x) const;
};

[[nodiscard]] std::vector<bound> bounds_of(const settings& s);

}  // namespace headroom::config
