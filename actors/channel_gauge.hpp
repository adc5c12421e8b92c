#pragma once

#include <atomic>
#include <cstdint>

namespace headroom::actors {

/// What the web sockets to the venue show of themselves, all accounts together. Any thread.
struct channel_gauge {
  std::atomic<std::int64_t> up{0};           // sockets that are open now
  std::atomic<std::uint64_t> hints{0};       // orders that were spoken of, again and again
  std::atomic<std::uint64_t> reconnects{0};  // tries after one was lost or did not open
  std::atomic<std::uint64_t> unreadable{0};  // frames, events and ids that were ignored
};

}  // namespace headroom::actors
