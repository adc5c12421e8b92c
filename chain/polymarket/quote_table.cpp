#include "chain/polymarket/quote_table.hpp"

namespace headroom::chain::polymarket {

/// All live equally long, so the oldest go first.
void quote_table::drop_old(timestamp now) {
  while (!by_age_.empty() &&
         (quotes_.size() >= quotes_at_most_ || quotes_.at(by_age_.front()).good_until <= now)) {
    quotes_.erase(by_age_.front());
    by_age_.pop_front();
  }
  while (!promised_by_age_.empty() && (promises_.size() >= promises_at_most_ ||
                                       promises_.at(promised_by_age_.front()).until <= now)) {
    promises_.erase(promised_by_age_.front());
    promised_by_age_.pop_front();
  }
}

void quote_table::keep(const actors::bet_quote& q, timestamp now) {
  drop_old(now);
  if (quotes_.emplace(q.id, q).second) by_age_.push_back(q.id);
}

std::optional<actors::bet_quote> quote_table::find(const quote_id& id, const bet_id& bet,
                                                   timestamp now) {
  if (const auto i = promises_.find(bet);
      i != promises_.end() && i->second.quote.id == id && now < i->second.until)
    return i->second.quote;
  const auto i = quotes_.find(id);
  if (i == quotes_.end() || i->second.good_until <= now) return std::nullopt;
  return i->second;
}

void quote_table::promise(const bet_id& bet, const actors::bet_quote& q, timestamp now) {
  const promised what{q, now.plus(ttl_)};
  if (const auto i = promises_.find(bet); i != promises_.end()) {
    if (i->second.quote.id != q.id) i->second.quote = q;  // another request under the same key
    return;
  }
  drop_old(now);
  promises_.emplace(bet, what);
  promised_by_age_.push_back(bet);
}

}  // namespace headroom::chain::polymarket
