#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "domain/bytes.hpp"

/// Circle's bridge for its own USDC, version 2. Defaults are for production and stand here alone;
/// config/ gives them names, units and bounds.
namespace headroom::chain {

struct cctp_settings {
  std::string iris_url = "https://iris-api.circle.com";  // without a slash at the end
  std::chrono::milliseconds timeout{5'000};              // of one answer of it
  /// The same on every chain.
  address token_messenger = *address::parse("0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d");
  address message_transmitter = *address::parse("0x81D40F21F12A8F0E3252Bccb954D722d4c464B64");
  address plasma_usdc;  // zero: nobody pays with it
  std::uint32_t plasma_domain = 33;
  std::uint32_t base_domain = 6;
  std::uint32_t polygon_domain = 7;
  /// Attested before the source chain is final, for a fee; else as final, for nothing.
  bool fast = false;
  std::uint32_t max_fee_bps = 5;  // of a fast transfer
  std::uint32_t expected_seconds = 1'500;
  /// A burn that is not attested by then is an alert, and is asked to be attested anew, once.
  std::chrono::seconds attested_within{3'600};
};

}  // namespace headroom::chain
