#pragma once

#include <string>
#include <vector>

#include "chain/polymarket/market.hpp"

namespace headroom::chain::polymarket {

/// A market as the CLOB lists it: what an order must know of it, and what its outcomes are called.
struct listing {
  struct outcome {
    uint256 token;
    std::string name;
  };

  market terms;  // of the first outcome; they are the same for all
  std::vector<outcome> outcomes;
  share_amount min_order;  // zero: not said

  /// The terms for this token; nothing when it is not one of the outcomes.
  [[nodiscard]] std::optional<market> terms_of(const uint256& token) const;
};

/// GET /clob-markets/{condition}. Nothing when it cannot be read, or when a tick or a fee is not
/// what we can calculate with.
[[nodiscard]] std::optional<listing> read_listing(std::string_view body);

}  // namespace headroom::chain::polymarket
