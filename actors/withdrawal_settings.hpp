#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/money.hpp"

/// What money out may be, and its rhythms. Defaults are for production and stand here alone;
/// config/ gives them names, units and bounds.
namespace headroom::actors {

struct withdrawal_settings {
  usdc minimum = 1_usdc;                  // of one, fee included
  usdc maximum = 100'000_usdc;            // likewise
  usdc fee;                               // flat, of each
  std::uint32_t fee_bps = 0;              // of the amount, on top
  usdc per_user_per_day = 250'000_usdc;   // of the amounts, by days in UTC; zero: no limit
  usdc approval_above = 10'000_usdc;      // an operator approves what is more
  bool paused = false;                    // from the start on, until an operator lets them go
  std::vector<std::string> refused;       // addresses that nothing is paid to
  std::string refused_file;               // more of them, one a line; "": none
  std::chrono::milliseconds poll{2'000};  // between looks at one on its way
  std::chrono::milliseconds longest_poll{30'000};         // of one that waits for money or a human
  std::chrono::milliseconds step_timeout{30'000};         // one answer of the cashier
  std::chrono::milliseconds unresolved_after{1'800'000};  // open so long: a human hears of it
};

}  // namespace headroom::actors
