#include "tests/payout/chain_script.hpp"

#include <numeric>
#include <utility>

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

constexpr std::int64_t seconds_to_final = 3;

const story_market* market_of(const story_world& out, const hash256& condition) {
  const auto i = out.conditions.find(condition);
  return i == out.conditions.end() ? nullptr : &out.markets[i->second];
}

std::int64_t sum(const std::vector<std::int64_t>& all) {
  return std::accumulate(all.begin(), all.end(), std::int64_t{0});
}

caf::result<record_market> find(story_world& out, const uint256& token) {
  if (out.chance(100)) return make_error(errc::unavailable);
  const auto i = out.tokens.find(token);
  if (i == out.tokens.end()) return make_error(errc::not_found);
  return out.markets[i->second.first].row;
}

caf::result<condition_state> look(story_world& out, const hash256& condition, timestamp now) {
  if (out.chance(100)) return make_error(errc::unavailable);
  const auto* m = market_of(out, condition);
  if (m == nullptr) return make_error(errc::not_found);
  if (!m->is_reported(now)) return condition_state{false, {}, "open"};
  if (now < m->final_at) return condition_state{false, {}, "resolved"};
  return condition_state{true, {m->numerators, m->denominator}, "resolved"};
}

/// Burns all that the account holds of it by then, and pays for it.
void mine(story_world& out, redeeming& r) {
  const auto& m = out.markets[r.market];
  const auto worth = worth_of(out, r.market);
  r.mined = true;
  r.received = sum(worth);
  for (const auto& token : m.row.tokens)
    r.burned.push_back(std::exchange(out.held[r.account][token], 0));
}

redeem_progress report(const redeeming& r, timestamp now) {
  redeem_progress p;
  p.tx_hash = r.tx_hash;
  if (!r.mined || now < r.final_at) return p;
  p.state = redeem_state::done;
  p.received = {r.received};
  for (const auto shares : r.burned) p.burned.push_back({shares});
  return p;
}

caf::result<redeem_progress> redeem(story_world& out, const redeem_condition& x, timestamp now) {
  out.advance(now);
  const auto place = out.conditions.find(x.market.condition);
  if (place == out.conditions.end()) return make_error(errc::not_found);
  const auto& m = out.markets[place->second];
  if (!m.final_at.is_set() || now < m.final_at)
    out.broken = "a condition was to be redeemed before it was final";
  if (const auto known = out.redeemings.find(x.id); known != out.redeemings.end())
    return report(known->second, now);
  redeem_progress p;
  p.state = redeem_state::nothing;
  if (x.account != out.accounts[m.account] || sum(worth_of(out, place->second)) == 0) return p;
  p.state = redeem_state::refused;
  p.detail = "execution reverted";
  if (out.chance(out.faults.redeem_refuses)) return p;
  p = {};
  if (out.chance(out.faults.redeem_swallowed)) return p;
  redeeming r;
  r.market = place->second;
  r.account = m.account;
  r.tx_hash.bytes[31] = 0x7e;
  const auto n = out.redeemings.size() + 1;
  for (std::size_t i = 0; i < 4; ++i) r.tx_hash.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  const auto slow = out.chance(out.faults.redeem_slow);
  const auto mined_at = out.within(now, slow ? 20'000 : 500, slow ? 60'000 : 6'000);
  r.final_at = mined_at.plus(std::chrono::seconds{seconds_to_final});
  p.tx_hash = r.tx_hash;
  out.redeemings.emplace(x.id, std::move(r));
  out.at(mined_at, [&out, id = x.id] { mine(out, out.redeemings.at(id)); });
  if (out.chance(out.faults.redeem_lost)) return make_error(errc::unavailable);
  return p;
}

token_holdings holdings(story_world& out, const std::vector<uint256>& tokens, timestamp now) {
  out.advance(now);
  token_holdings all;
  for (const auto& token : tokens) {
    share_amount shares;
    for (const auto& held : out.held)
      if (const auto i = held.find(token); i != held.end()) shares.micro += i->second;
    all.shares.push_back(shares);
  }
  return all;
}

}  // namespace

std::vector<std::int64_t> worth_of(const story_world& out, std::size_t market) {
  const auto& m = out.markets[market];
  std::vector<std::int64_t> all;
  for (std::size_t slot = 0; slot < m.row.tokens.size(); ++slot) {
    const auto i = out.held[m.account].find(m.row.tokens[slot]);
    const auto shares = i == out.held[m.account].end() ? 0 : i->second;
    all.push_back(static_cast<std::int64_t>(static_cast<uint128>(shares) * m.numerators[slot] /
                                            m.denominator));
  }
  return all;
}

resolution_actor::behavior_type chain_script(
    self_pointer<resolution_actor, chain_script_state> self, story_world* out,
    std::function<timestamp()> now) {
  return {
      [=](const find_market& x) { return find(*out, x.token); },
      [=](const look_at_condition& x) { return look(*out, x.condition, now()); },
      [=](const redeem_condition& x) -> caf::result<redeem_progress> {
        if (out->chance(out->faults.never)) return self->make_response_promise<redeem_progress>();
        return redeem(*out, x, now());
      },
      [=](get_atom) { return std::vector<address>(out->accounts.begin(), out->accounts.end()); },
      [=](const held_on_chain& x) { return holdings(*out, x.tokens, now()); },
      [](status_atom) {
        return status_report{chain_script_state::name, {}};
      },
  };
}

}  // namespace headroom::test
