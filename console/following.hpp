#pragma once

#include <chrono>
#include <cstdint>

#include "console/console_settings.hpp"

namespace headroom::console {

/// How often a lost stream is tried again, and how soon.
struct return_rules {
  std::chrono::milliseconds first{500};
  std::chrono::milliseconds longest{30'000};
  std::uint32_t tries = 20;  // in a row without a stream: some eight minutes
};

/// `tail`: events of the service until somebody ends it, or `count` of them came. One that was
/// never reached is given up at once; a stream that was lost is tried again, from where it was.
/// Answers with the exit code.
int follow(const console_request& asked, const service_place& where,
           const return_rules& rules = {});

}  // namespace headroom::console
