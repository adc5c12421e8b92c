#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "domain/bytes.hpp"

/// Relay (relay.link), an intent market. Defaults are for production and stand here alone; config/
/// gives them names, units and bounds.
namespace headroom::chain {

struct relay_settings {
  bool enabled = false;
  std::string api_url = "https://api.relay.link";  // without a slash at the end
  std::chrono::milliseconds timeout{5'000};        // of one answer
  /// The only contract of it that is paid, the same on every chain.
  address depository = *address::parse("0x4cD00E387622C35bDDB9b4c962C136462338BC31");
  std::uint32_t least_bps = 9'985;     // of the input that must come out; never more than came in
  std::chrono::seconds quote_age{30};  // an older offer is not paid for
  std::uint32_t settle_seconds = 30;   // on top of the fill: our own transaction, finality
  std::uint32_t expected_seconds = 60;
};

}  // namespace headroom::chain
