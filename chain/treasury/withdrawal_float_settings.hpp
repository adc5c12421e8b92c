#pragma once

#include <chrono>

#include "domain/money.hpp"

/// What keeps the account that pays withdrawals supplied, where it has a key of its own. Defaults
/// are for production and stand here alone; config/ gives them names, units and bounds.
namespace headroom::chain {

struct withdrawal_float_settings {
  usdc low{5'000'000'000};        // below it, beside what is owed already, the account is topped up
  usdc target{10'000'000'000};    // to this, likewise; zero: never
  usdc keep{};                    // USDC that stays on the account that converts
  usdc least{10'000'000};         // smaller sums are not moved
  usdc per_day{250'000'000'000};  // by days in UTC, whatever lacks; zero: no limit
  std::chrono::milliseconds check_every{15'000};  // when all is well
  std::chrono::milliseconds check_soon{2'000};    // while something is under way or lacking
};

}  // namespace headroom::chain
