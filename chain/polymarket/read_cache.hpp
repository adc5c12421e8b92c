#pragma once

#include <algorithm>
#include <caf/error.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/time.hpp"

namespace headroom::chain::polymarket {

/// What was read from outside, by its address: each with its age, one load at a time for one thing
/// however many wait for it, all of it bounded. Knows no network and no actor.
template <class Value>
class read_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  struct entry {
    Value value;
    time_point read_at;
    timestamp as_of;  // the same by the wall
  };
  using entry_ptr = std::shared_ptr<const entry>;
  /// With null the error says why.
  using use = std::function<void(const entry_ptr& found, const caf::error& why)>;

  static constexpr std::size_t waiters_at_most = 4'096;  // for one thing

  read_cache() = default;
  explicit read_cache(std::size_t kept_at_most) : kept_at_most_{kept_at_most} {}

  /// Null when there is none of that age or younger.
  [[nodiscard]] entry_ptr find(const std::string& address, time_point now,
                               std::chrono::milliseconds oldest) const {
    const auto i = kept_.find(address);
    return i != kept_.end() && now < i->second->read_at + oldest ? i->second : nullptr;
  }
  /// Why it could not be read just now.
  [[nodiscard]] std::optional<caf::error> failure(const std::string& address, time_point now) {
    const auto i = failed_.find(address);
    if (i == failed_.end()) return std::nullopt;
    if (now < i->second.until) return i->second.why;
    failed_.erase(i);
    return std::nullopt;
  }

  [[nodiscard]] bool is_loading(const std::string& address) const {
    return loading_.contains(address);
  }
  [[nodiscard]] std::size_t loads() const noexcept { return loading_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

  /// Waits for the load of this address, which begins with the first. False: too many wait.
  [[nodiscard]] bool wait(const std::string& address, use done) {
    auto& waiters = loading_[address];
    if (waiters.size() >= waiters_at_most) return false;
    waiters.push_back(std::move(done));
    return true;
  }

  void loaded(const std::string& address, Value value, time_point now, timestamp as_of) {
    make_room(kept_, address, [](const entry_ptr& x) { return x->read_at; });
    const auto found = std::make_shared<const entry>(entry{std::move(value), now, as_of});
    kept_.insert_or_assign(address, found);
    tell(address, found, {});
  }
  /// Remembered until then. Who waits gets `instead`, when it is not null.
  void not_loaded(const std::string& address, const caf::error& why, time_point until,
                  const entry_ptr& instead) {
    make_room(failed_, address, [](const refusal& x) { return x.until; });
    failed_.insert_or_assign(address, refusal{why, until});
    tell(address, instead, instead ? caf::error{} : why);
  }
  /// It is not there any more.
  void forget(const std::string& address) { kept_.erase(address); }

 private:
  struct refusal {
    caf::error why;
    time_point until;
  };

  /// Drops the oldest when a new one has no room.
  template <class Map, class Age>
  void make_room(Map& map, const std::string& address, Age age_of) {
    if (map.size() < kept_at_most_ || map.empty() || map.contains(address)) return;
    map.erase(std::min_element(map.begin(), map.end(), [&](const auto& a, const auto& b) {
      return age_of(a.second) < age_of(b.second);
    }));
  }
  void tell(const std::string& address, const entry_ptr& found, const caf::error& why) {
    const auto waiters = loading_.extract(address);
    if (waiters.empty()) return;
    for (const auto& done : waiters.mapped()) done(found, why);
  }

  std::size_t kept_at_most_ = 1'024;
  std::unordered_map<std::string, entry_ptr> kept_;
  std::unordered_map<std::string, refusal> failed_;
  std::unordered_map<std::string, std::vector<use>> loading_;
};

}  // namespace headroom::chain::polymarket
