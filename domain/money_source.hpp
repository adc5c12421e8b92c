#pragma once

#include <compare>
#include <cstdint>

#include "domain/bytes.hpp"

namespace headroom {

/// A chain and a token on it that users may pay with.
struct money_source {
  std::uint64_t chain_id = 0;
  address token;
  friend auto operator<=>(const money_source&, const money_source&) = default;
};

}  // namespace headroom
