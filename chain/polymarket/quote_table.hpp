#pragma once

#include <deque>
#include <optional>
#include <unordered_map>

#include "actors/messages/market_messages.hpp"
#include "chain/polymarket/market_settings.hpp"

namespace headroom::chain::polymarket {

/// Prices that were promised. A quote is gone at its `good_until`, or earlier when more are made
/// than fit. What a bet took is kept apart and longer, for its request may be repeated; strangers,
/// who can only ask for quotes, push nobody out of there. Pure.
class quote_table {
 public:
  quote_table() = default;
  explicit quote_table(const market_settings& s)
      : quotes_at_most_{s.quotes_kept}, promises_at_most_{s.promises_kept}, ttl_{s.promise_ttl} {}

  void keep(const actors::bet_quote& q, timestamp now);
  /// What the quote promises this bet now: it is good still, or the bet took it before.
  [[nodiscard]] std::optional<actors::bet_quote> find(const quote_id& id, const bet_id& bet,
                                                      timestamp now);
  /// `bet` took it.
  void promise(const bet_id& bet, const actors::bet_quote& q, timestamp now);

  [[nodiscard]] std::size_t quotes() const noexcept { return quotes_.size(); }
  [[nodiscard]] std::size_t promises() const noexcept { return promises_.size(); }

 private:
  struct promised {
    actors::bet_quote quote;
    timestamp until;
  };

  void drop_old(timestamp now);

  std::size_t quotes_at_most_ = 65'536;
  std::size_t promises_at_most_ = 16'384;
  std::chrono::milliseconds ttl_{60'000};
  std::unordered_map<quote_id, actors::bet_quote> quotes_;
  std::deque<quote_id> by_age_;  // of quotes_, the oldest first
  std::unordered_map<bet_id, promised> promises_;
  std::deque<bet_id> promised_by_age_;
};

}  // namespace headroom::chain::polymarket
