#pragma once

#include <cstdint>

namespace headroom {

/// What the venue's last answer says of an order. Values travel between nodes and are never
/// renumbered.
enum class venue_verdict : std::uint8_t {
  filled = 0,   // final, numbers are right
  refused = 1,  // a definite no to this POST
  unknown = 2,  // it may have happened: nobody can tell now
  absent = 3,   // the venue shows nothing of it, which proves nothing
  not_now = 4,  // this POST was not accepted or never sent: the same bytes are worth sending later
  matched = 5,  // it filled or is filling, not final yet: no doubt about it, only patience
  live = 6,     // the venue holds it and may still fill it
  over = 7,     // the venue says that it is over: nothing filled, or trades that all failed
  refused_conclusive = 8,  // refused, and no earlier POST of the order can have filled either
};

}  // namespace headroom
