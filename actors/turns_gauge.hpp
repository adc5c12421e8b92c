#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace headroom::actors {

/// Orders for which the venue's limits are short, as its actor shows them. Any thread.
struct turns_gauge {
  std::atomic<std::size_t> waiting{0};    // for their turn, now
  std::atomic<std::uint64_t> refused{0};  // for lack of one
};

}  // namespace headroom::actors
