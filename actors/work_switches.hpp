#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>

#include "domain/journal.hpp"

namespace headroom::actors {

class gauges;

/// Which work an operator has stopped, by the books' newest word. Thread-safe. Everything goes on
/// until the first word, which the start reads before anybody is served.
class work_switches {
 public:
  void publish(const switch_work& x);
  [[nodiscard]] bool paused(pausable p) const noexcept {
    return paused_[static_cast<std::size_t>(p)].load(std::memory_order_acquire);
  }
  /// Who said so last, and why; nobody when nobody ever did.
  [[nodiscard]] switch_work last(pausable p) const;

 private:
  std::array<std::atomic<bool>, std::size(all_pausable)> paused_{};
  mutable std::mutex mutex_;
  std::map<pausable, switch_work> last_;
};

/// Lasts while work is stopped; its subject says which.
inline constexpr std::string_view paused_alert = "work.paused";

/// The books' word on one: published, and the alert `work.paused` lasts while it is stopped.
void heard_switch(const gauges& to, const switch_work& x);

}  // namespace headroom::actors
