#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "domain/money_source.hpp"

namespace headroom::actors {

/// Sources whose deposits are not credited for the time being: paid, proven, and waiting as
/// `pending` until the hold is gone. Thread-safe; costs one load while there is none.
class credit_holds {
 public:
  void hold(const money_source& source, std::string why) {
    const std::lock_guard lock{mutex_};
    why_.insert_or_assign(source, std::move(why));
    held_.store(why_.size(), std::memory_order_release);
  }
  void release(const money_source& source) {
    const std::lock_guard lock{mutex_};
    why_.erase(source);
    held_.store(why_.size(), std::memory_order_release);
  }
  /// Why its deposits wait, for payers too; "": they do not.
  [[nodiscard]] std::string why(const money_source& source) const {
    if (held_.load(std::memory_order_acquire) == 0) return {};
    const std::lock_guard lock{mutex_};
    const auto i = why_.find(source);
    return i == why_.end() ? std::string{} : i->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<money_source, std::string> why_;
  std::atomic<std::size_t> held_{0};
};

}  // namespace headroom::actors
