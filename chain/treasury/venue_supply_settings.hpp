#pragma once

#include <chrono>

#include "domain/money.hpp"

/// What keeps the venue's account supplied from where conversions end. Defaults are for production
/// and stand here alone; config/ gives them names, units and bounds.
namespace headroom::chain {

struct venue_supply_settings {
  usdc low{};                                     // below it the venue's account is topped up
  usdc target{};                                  // to this; zero: never
  usdc keep{};                                    // USDC that stays for withdrawals
  usdc least{10'000'000};                         // smaller sums are not moved
  std::chrono::milliseconds check_every{60'000};  // when all is well
  std::chrono::milliseconds check_soon{2'000};    // while something is under way
};

}  // namespace headroom::chain
