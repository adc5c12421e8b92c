#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "domain/time.hpp"

namespace headroom::actors {

/// The coins that wallets pay gas with: what was last seen, and how long it lasts at what was spent
/// in the last day. What is seen to fall was spent; what is seen to rise was paid in, and is no
/// saving. Not thread-safe.
class coin_gauge {
 public:
  struct sight {
    double coins = 0;
    std::optional<double> spent_per_hour{};  // not before it was measured for ten minutes
    std::optional<double> hours_left{};      // nor while nothing is spent
  };

  /// `at` not set: nothing is measured by it.
  void saw(const std::string& wallet, double coins, timestamp at);
  [[nodiscard]] std::map<std::string, sight> list() const;
  [[nodiscard]] std::optional<double> hours_left(const std::string& wallet) const;

 private:
  struct mark {
    timestamp at;
    double spent = 0;  // since the first
  };
  struct purse {
    double coins = 0;
    double spent = 0;
    timestamp seen_at{};
    std::deque<mark> marks{};  // five minutes apart at least, a day at most
  };
  [[nodiscard]] static sight sight_of(const purse& p);

  std::map<std::string, purse> purses_;
};

}  // namespace headroom::actors
