#pragma once

#include <cstdint>

namespace headroom {

/// Which way an order goes. Values travel between nodes and stand in no books.
enum class order_side : std::uint8_t { buy = 0, sell = 1 };

/// How much of an order must be filled: all of it at once, or whatever is there. The venue calls
/// them FOK and FAK; nothing of either stays in its book.
enum class order_fill : std::uint8_t { whole = 0, part = 1 };

}  // namespace headroom
