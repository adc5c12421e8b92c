#include "tests/support/memory_positions.hpp"

#include <algorithm>
#include <set>

namespace headroom::test {
namespace {

std::int64_t held_of(const position& p) { return p.shares.micro + p.selling.micro; }
bool is_open(const position& p) { return p.result == settlement_result::none; }
bool holds(const position& p) { return is_open(p) && held_of(p) > 0; }

}  // namespace

memory_positions::place memory_positions::place_of(const uint256& token) const {
  for (const auto& [id, market] : markets)
    for (std::size_t slot = 0; slot < market.tokens.size(); ++slot)
      if (market.tokens[slot] == token) return {&market, slot};
  return {};
}

bool memory_positions::is_settled(const uint256& token) const {
  const auto at = place_of(token);
  return at.market != nullptr && settlements.contains(at.market->condition);
}

bool memory_positions::is_of(const uint256& token, const hash256& condition) const {
  const auto at = place_of(token);
  return at.market != nullptr && at.market->condition == condition;
}

bool memory_positions::may_grow(const position& p) const {
  return std::any_of(bets.begin(), bets.end(), [&](const auto& b) {
    return b.second.status == bet_status::placing && b.second.user == p.user &&
           b.second.token == p.token;
  });
}

std::int64_t memory_positions::at_venue(const hash256& condition) const {
  return std::count_if(bets.begin(), bets.end(),
                       [&](const auto& b) {
                         return b.second.status == bet_status::placing &&
                                is_of(b.second.token, condition);
                       }) +
         std::count_if(sales.begin(), sales.end(), [&](const auto& s) {
           return s.second.status == sale_status::placing && is_of(s.second.token, condition);
         });
}

errc memory_positions::record(const record_market& x, bool& replayed) {
  if (x.tokens.size() < 2 || x.tokens.size() != x.outcomes.size()) return errc::invariant_violated;
  if (const auto i = markets.find(x.condition); i != markets.end()) {
    const bool same = i->second.tokens == x.tokens && i->second.neg_risk == x.neg_risk;
    replayed = same;
    return same ? errc::none : errc::duplicate;
  }
  for (const auto& token : x.tokens)
    if (place_of(token).market != nullptr) return errc::duplicate;
  markets.emplace(x.condition, x);
  return errc::none;
}

void memory_positions::hold(const bet& filled, timestamp at) {
  if (filled.status != bet_status::filled || filled.shares.micro <= 0) return;
  auto& p = positions[{filled.token, filled.user}];
  p.user = filled.user;
  p.token = filled.token;
  p.shares.micro += filled.shares.micro;
  p.cost.micro += filled.spent.micro + filled.fee.micro;
  p.updated_at = std::max(p.updated_at, at);
}

errc memory_positions::offer(const accept_sale& x, bool& replayed) {
  const auto& row = x.row;
  if (const auto i = sales.find(row.id); i != sales.end()) {
    const auto& known = i->second;
    const bool same = known.order_hash == row.order_hash && known.user == row.user &&
                      known.token == row.token && known.shares == row.shares;
    replayed = same;
    return same ? errc::none : errc::duplicate;
  }
  if (row.shares.micro <= 0) return errc::invariant_violated;
  const auto held = positions.find({row.token, row.user});
  if (held == positions.end() || held->second.result != settlement_result::none ||
      held->second.shares < row.shares)
    return errc::insufficient_shares;
  held->second.shares.micro -= row.shares.micro;
  held->second.selling.micro += row.shares.micro;
  held->second.updated_at = std::max(held->second.updated_at, row.created_at);
  auto stored = row;
  stored.status = sale_status::placing;
  sales.emplace(row.id, stored);
  return errc::none;
}

errc memory_positions::end(const finish_sale& x, bool& replayed) {
  const auto i = sales.find(x.id);
  if (i == sales.end() || i->second.user != x.user) return errc::invariant_violated;
  auto& s = i->second;
  if (s.status != sale_status::placing) {
    replayed =
        s.status == x.status && s.sold == x.sold && s.proceeds == x.proceeds && s.fee == x.fee;
    return replayed ? errc::none : errc::invariant_violated;
  }
  const bool nothing = x.sold.micro == 0 && x.proceeds.is_zero() && x.fee.is_zero();
  const bool something =
      x.sold.micro > 0 && x.sold <= s.shares && x.fee.micro >= 0 && x.fee <= x.proceeds;
  if (!(x.status == sale_status::failed ? nothing : x.status == sale_status::sold && something))
    return errc::invariant_violated;
  auto& p = positions.at({s.token, s.user});
  p.cost.micro -= cost_of_sold(p.cost, x.sold, {held_of(p)}).micro;
  p.shares.micro += s.shares.micro - x.sold.micro;
  p.selling.micro -= s.shares.micro;
  p.updated_at = std::max(p.updated_at, x.at);
  s.status = x.status;
  s.sold = x.sold;
  s.proceeds = x.proceeds;
  s.fee = x.fee;
  s.failure = x.failure;
  s.updated_at = x.at;
  return errc::none;
}

errc memory_positions::open(const open_settlement& x, bool& replayed) {
  const payout_vector payouts_of_it{x.numerators, x.denominator};
  if (!is_valid(payouts_of_it)) return errc::invariant_violated;
  if (const auto i = settlements.find(x.condition); i != settlements.end()) {
    replayed = i->second.payouts == payouts_of_it;
    return replayed ? errc::none : errc::duplicate;
  }
  const auto market = markets.find(x.condition);
  if (market == markets.end() || market->second.tokens.size() != x.numerators.size())
    return errc::invariant_violated;
  settlement row;
  row.condition = x.condition;
  row.payouts = payouts_of_it;
  row.created_at = row.updated_at = x.at;
  settlements.emplace(x.condition, row);
  return errc::none;
}

errc memory_positions::redeem(const book_redemption& x, bool& replayed) {
  for (const auto& [condition, s] : settlements)
    for (const auto& r : s.redemptions) {
      const bool receipt =
          condition == x.condition && r.account == x.account && r.tx_hash == x.tx_hash;
      if (r.id != x.id && !receipt) continue;
      replayed = r.id == x.id && receipt && r.received == x.received && r.burned == x.burned;
      return replayed ? errc::none : errc::duplicate;
    }
  const auto i = settlements.find(x.condition);
  const bool negative = std::any_of(x.burned.begin(), x.burned.end(),
                                    [](const share_amount& s) { return s.micro < 0; });
  if (i == settlements.end() || x.burned.size() != i->second.payouts.numerators.size() ||
      x.received.micro < 0 || negative)
    return errc::invariant_violated;
  auto& s = i->second;
  s.redemptions.push_back({x.id, x.account, x.tx_hash, x.received, x.burned, x.at});
  s.received.micro += x.received.micro;
  s.status = settlement_status::open;
  s.updated_at = std::max(s.updated_at, x.at);
  return errc::none;
}

errc memory_positions::settle(const settle_position& x, bool& replayed) {
  const auto same = [&](const settle_position& known) {
    return known.condition == x.condition && known.token == x.token && known.user == x.user &&
           known.payout == x.payout;
  };
  if (const auto i = payouts.find(x.id); i != payouts.end()) {
    replayed = same(i->second);
    return replayed ? errc::none : errc::invariant_violated;
  }
  const auto held = positions.find({x.token, x.user});
  const auto of = settlements.find(x.condition);
  const auto at = place_of(x.token);
  if (held == positions.end() || of == settlements.end() || !is_of(x.token, x.condition))
    return errc::invariant_violated;
  auto& p = held->second;
  auto& s = of->second;
  if (s.status != settlement_status::open || p.result != settlement_result::none ||
      p.selling.micro != 0 || may_grow(p) || payout_of(p.shares, at.slot, s.payouts) != x.payout ||
      x.payout.micro > s.received.micro - s.paid.micro - s.remainder.micro)
    return errc::invariant_violated;
  p.result = result_of(at.slot, s.payouts);
  p.payout = x.payout;
  p.updated_at = std::max(p.updated_at, x.at);
  s.paid.micro += x.payout.micro;
  payouts.emplace(x.id, x);
  settle_bets(p, x.at);
  return errc::none;
}

/// Each gets what its shares add to the running floor, the oldest first: together the payout.
void memory_positions::settle_bets(const position& paid, timestamp at) {
  std::vector<bet*> of_it;
  std::int64_t whole = 0;
  for (auto& [id, b] : bets)
    if (b.user == paid.user && b.token == paid.token && b.status == bet_status::filled) {
      of_it.push_back(&b);
      whole += b.shares.micro;
    }
  std::sort(of_it.begin(), of_it.end(), [](const bet* x, const bet* y) {
    return std::pair{x->created_at, x->id} < std::pair{y->created_at, y->id};
  });
  std::int64_t up_to = 0;
  std::int64_t before = 0;
  for (auto* b : of_it) {
    up_to += b->shares.micro;
    const auto after = mul_div_floor(paid.payout.micro, up_to, whole).value_or(0);
    b->status = bet_status::settled;
    b->result = paid.result;
    b->payout = {after - before};
    b->updated_at = std::max(b->updated_at, at);
    before = after;
  }
}

errc memory_positions::close(const close_settlement& x, bool& replayed) {
  const auto i = settlements.find(x.condition);
  if (i == settlements.end() || x.remainder.micro < 0) return errc::invariant_violated;
  auto& s = i->second;
  if (s.status == settlement_status::closed) {
    replayed = last_closings.at(x.condition) == x.remainder;
    return replayed ? errc::none : errc::invariant_violated;
  }
  const bool unpaid = std::any_of(positions.begin(), positions.end(), [&](const auto& p) {
    return is_open(p.second) && is_of(p.second.token, x.condition);
  });
  if (unpaid || at_venue(x.condition) != 0 ||
      s.received.micro - s.paid.micro - s.remainder.micro != x.remainder.micro)
    return errc::invariant_violated;
  s.remainder.micro += x.remainder.micro;
  s.status = settlement_status::closed;
  s.updated_at = std::max(s.updated_at, x.at);
  last_closings[x.condition] = x.remainder;
  return errc::none;
}

position memory_positions::shown(const position& row) const {
  auto out = row;
  if (const auto at = place_of(row.token); at.market != nullptr) {
    out.condition = at.market->condition;
    out.outcome = at.market->outcomes.at(at.slot);
  }
  return out;
}

position_page memory_positions::list(const position_filter& f) const {
  position_page page;
  for (const auto& [key, p] : positions)
    if (p.user == f.user && (!f.open_only || holds(p))) page.positions.push_back(shown(p));
  std::sort(page.positions.begin(), page.positions.end(),
            [](const position& x, const position& y) { return x.updated_at > y.updated_at; });
  if (page.positions.size() > f.limit) page.positions.resize(f.limit);
  return page;
}

settlement_work memory_positions::work(const hash256& after, std::uint32_t limit) const {
  std::set<uint256> unrecorded;
  std::set<hash256> conditions;
  for (const auto& [key, p] : positions) {
    if (!is_open(p)) continue;
    if (const auto at = place_of(p.token); at.market != nullptr) {
      conditions.insert(at.market->condition);
    } else {
      unrecorded.insert(p.token);
    }
  }
  for (const auto& [condition, s] : settlements)
    if (s.status == settlement_status::open) conditions.insert(condition);
  settlement_work out;
  for (const auto& token : unrecorded)
    if (out.unrecorded.size() < limit) out.unrecorded.push_back(token);
  for (auto i = conditions.upper_bound(after); i != conditions.end(); ++i)
    if (out.conditions.size() < limit) out.conditions.push_back(*i);
  return out;
}

std::optional<settlement_view> memory_positions::view(const hash256& condition) const {
  const auto market = markets.find(condition);
  if (market == markets.end()) return std::nullopt;
  settlement_view out;
  out.market = market->second;
  out.row.condition = condition;
  if (const auto i = settlements.find(condition); i != settlements.end()) out.row = i->second;
  out.at_venue = at_venue(condition);
  for (const auto& [key, p] : positions) {
    if (!is_open(p) || !is_of(p.token, condition)) continue;
    ++out.unpaid;
    const auto owed = payout_of({held_of(p)}, place_of(p.token).slot, out.row.payouts);
    out.owed.micro += owed.value_or(usdc{}).micro;
  }
  return out;
}

std::vector<position> memory_positions::to_pay(const hash256& condition,
                                               std::uint32_t limit) const {
  std::vector<position> out;
  for (const auto& [key, p] : positions)
    if (out.size() < limit && is_open(p) && p.selling.micro == 0 && is_of(p.token, condition) &&
        !may_grow(p))
      out.push_back(shown(p));
  return out;
}

std::vector<token_shares> memory_positions::held(const uint256& after, std::uint32_t limit) const {
  std::vector<token_shares> out;
  for (const auto& [key, p] : positions) {
    if (!holds(p) || p.token <= after) continue;
    if (out.empty() || out.back().token != p.token) out.push_back({p.token, {}});
    out.back().shares.micro += held_of(p);
  }
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::vector<sale> memory_positions::placing_sales(std::uint32_t limit) const {
  std::vector<sale> out;
  for (const auto& [id, s] : sales)
    if (s.status == sale_status::placing && out.size() < limit) out.push_back(s);
  return out;
}

}  // namespace headroom::test
