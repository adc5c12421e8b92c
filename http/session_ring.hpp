#pragma once

#include <atomic>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "domain/sessions.hpp"

namespace headroom::http {

/// Who is signed in, in memory, so that a token costs no question and a wrong one costs a stranger
/// more than us. The books number the changes of sessions and tell us what is new every second;
/// what begins and ends at this server is known at once. Thread-safe.
class session_ring {
 public:
  /// What the books say, in order. An ended session stays ended, whatever older words come later.
  void hear(const std::vector<signed_session>& changes, timestamp now);
  /// All that the books said so far was heard once.
  void is_complete() noexcept { complete_.store(true, std::memory_order_release); }
  [[nodiscard]] bool complete() const noexcept { return complete_.load(std::memory_order_acquire); }
  /// The newest change that was heard; 0: none.
  [[nodiscard]] std::int64_t heard() const;

  void open(const signed_session& row);
  void close(const hash256& token_hash, timestamp now);

  [[nodiscard]] std::optional<signed_session> find(const hash256& token_hash, timestamp now) const;
  /// Another one whenever something has changed.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t size() const;

 private:
  void put(const signed_session& row);
  void forget_old(timestamp now);

  mutable std::shared_mutex mutex_;  // for the next three
  std::unordered_map<hash256, signed_session> sessions_;
  std::int64_t heard_ = 0;
  timestamp next_sweep_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<bool> complete_{false};
};

}  // namespace headroom::http
