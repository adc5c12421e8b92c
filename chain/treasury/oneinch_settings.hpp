#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "domain/bytes.hpp"

/// 1inch's Classic Swap on Polygon. Defaults are for production and stand here alone; config/ gives
/// them names, units and bounds.
namespace headroom::chain {

struct oneinch_settings {
  std::string api_url = "https://api.1inch.com/swap/v6.1/137";  // without a slash at the end
  /// AggregationRouterV6: the only contract of it that is called.
  address router = *address::parse("0x111111125421cA6dc452d289314280a0f8842A65");
  std::chrono::milliseconds timeout{3'000};  // of one answer; then the other venues are used alone
  double requests_per_second = 1;            // what its free plan takes
  /// How long a checked answer may still be signed.
  std::chrono::milliseconds keep{15'000};
};

}  // namespace headroom::chain
