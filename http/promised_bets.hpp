#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "domain/records.hpp"

namespace headroom::http {

/// Bets that were answered 202 before the books knew them, because the answer was late. Whoever was
/// given such an id may ask for it: until the books have the bet (they are asked first) this says
/// `placing`, or `failed` with the words of the refusal. Kept for as long as a repeat of the
/// request may come; over a restart by the journal (promise_bet). Bounded: the oldest are
/// forgotten. Thread-safe.
class promised_bets {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  promised_bets(std::size_t most, std::chrono::milliseconds keep) : most_{most}, keep_{keep} {}

  /// `asked_for` was answered 202. A bet that was refused before is being placed again.
  void promise(const bet& asked_for, time_point now);
  /// It was refused and nothing of it happened: the bet as it is shown from now on; nothing when it
  /// was promised to nobody.
  std::optional<bet> refused(const bet_id& id, std::string why, timestamp at);
  /// As it is known here; nothing when it was promised to nobody, or too long ago.
  [[nodiscard]] std::optional<bet> look(const bet_id& id, time_point now);
  [[nodiscard]] std::chrono::milliseconds keep() const noexcept { return keep_; }
  [[nodiscard]] std::size_t size() const;

 private:
  struct entry {
    bet row;
    time_point until;
  };
  void forget_old(time_point now);

  std::size_t most_;
  std::chrono::milliseconds keep_;
  mutable std::mutex mutex_;
  std::unordered_map<bet_id, entry> entries_;
  std::deque<bet_id> by_age_;  // of their first promise
};

}  // namespace headroom::http
