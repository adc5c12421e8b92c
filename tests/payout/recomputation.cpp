#include "tests/payout/recomputation.hpp"

#include <algorithm>

namespace headroom::test {
namespace {

std::int64_t part_of(std::int64_t amount, std::uint64_t part, std::uint64_t whole) {
  return static_cast<std::int64_t>(static_cast<uint128>(amount) * part / whole);
}

settlement_result result_in(const story_market& m, std::size_t slot) {
  if (m.numerators[slot] == 0) return settlement_result::lost;
  return m.numerators[slot] == m.denominator ? settlement_result::won : settlement_result::split;
}

}  // namespace

expected_books recompute(const story_world& out, const story_people& people) {
  expected_books e;
  for (const auto& [user, amount] : people.deposited) {
    e.balances[user] = amount;
    e.in_transit += amount;
  }
  e.deposited = e.capital = people.buffer_paid_in;
  for (const auto& [hash, x] : out.orders) {
    if (x.shares == 0) continue;
    auto& p = e.positions[{out.markets[x.market].row.tokens[x.slot], x.user}];
    if (x.side == order_side::buy) {
      const auto cost = x.paid + x.fee;
      const auto excess = std::max<std::int64_t>(0, cost - x.asked);  // the house's, not theirs
      p.shares += x.shares;
      p.bought_for += cost;
      e.balances[x.user] -= cost - excess;
      e.withdrawn += cost;
      e.venue_loss += excess;
    } else {
      p.shares -= x.shares;
      p.sold_some = true;
      e.balances[x.user] += x.paid - x.fee;
      e.deposited += x.paid - x.fee;
    }
  }
  for (const auto& [id, r] : out.redeemings) {
    if (!r.mined) continue;
    e.settlements[out.markets[r.market].row.condition].received += r.received;
    e.deposited += r.received;
    e.revenue += r.received;
  }
  for (auto& [key, p] : e.positions) {  // one that is sold out too: its bets have a result to come
    const auto [market, slot] = out.tokens.at(key.first);
    const auto& m = out.markets[market];
    p.result = result_in(m, slot);
    p.payout = part_of(p.shares, m.numerators[slot], m.denominator);
    e.balances[key.second] += p.payout;
    e.settlements[m.row.condition].paid += p.payout;
    e.revenue -= p.payout;
  }
  e.buffer = e.deposited - e.withdrawn;
  for (const auto& [user, amount] : e.balances) e.users += amount;
  return e;
}

}  // namespace headroom::test
