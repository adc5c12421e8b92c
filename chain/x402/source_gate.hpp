#pragma once

#include <mutex>
#include <set>

#include "domain/money_source.hpp"

namespace headroom::chain {

/// Sources whose token signs otherwise than it is configured: nobody is asked to pay with them.
/// Thread-safe; each source's payment actor writes its own, whoever demands a payment reads.
class source_gate {
 public:
  void refuse(const money_source& source, bool refused) {
    const std::lock_guard lock{mutex_};
    if (refused)
      refused_.insert(source);
    else
      refused_.erase(source);
  }
  [[nodiscard]] bool refuses(const money_source& source) const {
    const std::lock_guard lock{mutex_};
    return refused_.contains(source);
  }

 private:
  mutable std::mutex mutex_;
  std::set<money_source> refused_;
};

}  // namespace headroom::chain
