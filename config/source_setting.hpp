#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "domain/bytes.hpp"
#include "domain/final_by.hpp"
#include "domain/money.hpp"
#include "domain/pricing.hpp"

namespace headroom::config {

/// A token on a chain that users may pay with, as the file says it: what is empty or zero is the
/// chain's usual (settings::paid_sources).
struct source_setting {
  std::string network;  // plasma, polygon or base
  bool enabled = true;  // false: nothing new is taken from it; what is in the books goes on
  address token;
  std::string token_name;  // EIP-712 domain of the token
  std::string token_version;
  std::vector<std::string> networks_v1;
  usdc minimum;  // of one payment
  usdc maximum;
  usdc large_from;  // such payments are final by `large_finality`; zero: all by the chain's rule
  final_by large_finality = final_by::tag;
  std::uint32_t rate_bps = one_to_one_bps;  // what it is credited at, before the fee
  bool price_guard = true;                  // false: no price is asked, and nobody is told so
  address price_feed;                       // Chainlink's of the token, in dollars; zero: not asked
  std::string price_network;                // where the feed is; "": the source's own chain
  std::uint32_t price_within_bps = 100;     // of a dollar, either way
  std::chrono::seconds price_heartbeat{90'000};

  [[nodiscard]] bool is_guarded() const noexcept { return price_guard && !price_feed.is_zero(); }

  /// What we call it: its network, and its token where a network has several.
  std::string name{};
};

}  // namespace headroom::config
