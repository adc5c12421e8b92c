#pragma once

#include <atomic>
#include <cstdint>

namespace headroom::actors {

/// Whether withdrawals go on; written by their desk alone. Until it has read the books nobody
/// knows, and nothing is accepted or sent.
class withdrawal_gauge {
 public:
  enum class word : std::uint8_t { unknown = 0, open = 1, paused = 2 };

  [[nodiscard]] word look() const noexcept { return word_.load(std::memory_order_acquire); }
  void publish(bool paused) noexcept {
    word_.store(paused ? word::paused : word::open, std::memory_order_release);
  }

 private:
  std::atomic<word> word_{word::unknown};
};

}  // namespace headroom::actors
