#include "tests/payout/story_people.hpp"

#include "chain/evm/keccak.hpp"

namespace headroom::test {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_open_bets = 80;
constexpr std::size_t most_open_sales = 24;
constexpr std::size_t betting_at_once = 24;  // markets
constexpr std::int64_t one_usdc = 1'000'000;

order_fill some_fill(story_world& out) {
  return out.chance(400) ? order_fill::part : order_fill::whole;
}

}  // namespace

/// Most users have enough for what they want, some do not.
story_people::story_people(const story_scale& scale, story_world& out)
    : buffer_paid_in{400'000 * one_usdc}, scale_{scale}, out_{out} {
  for (std::size_t i = 0; i < scale.users; ++i)
    deposited[story_user(i)] = out.chance(100)
                                   ? out.between(5, 25) * one_usdc + out.between(0, one_usdc)
                                   : out.between(300, 1'500) * one_usdc + out.between(0, one_usdc);
}

void story_people::go_on(timestamp now) {
  bets.tidy();
  sales.tidy();
  const bool enough = bets.kept >= scale_.bets;
  std::erase_if(betting_, [&](std::size_t i) {
    auto& m = out_.markets[i];
    // The last one stays until what the others left is made up for.
    const bool is_last = i + 1 == out_.markets.size();
    if (is_last ? !enough : m.bets < quota() && !enough) {
      // Shortly before its last bets it may be reported: some are still under way, or come too
      // late.
      const bool soon = !is_last && m.bets + m.bets / 8 >= quota();
      if (soon && !m.reported_at.is_set() && out_.chance(20)) report(m, now);
      return m.is_reported(now);
    }
    if (!m.reported_at.is_set()) report(m, now);
    return true;
  });
  while (betting_.size() < betting_at_once && next_market_ < out_.markets.size() && !enough)
    betting_.push_back(next_market_++);
  // Enough was bet before the last markets had their turn.
  if (enough)
    while (next_market_ < out_.markets.size()) report(out_.markets[next_market_++], now);
  if (betting_.empty()) return;
  if (bets.open.size() < most_open_bets && bets.kept + bets.open.size() < scale_.bets)
    want_bet(now);
  if (sales.open.size() < most_open_sales && sales.all.size() * 10 < bets.all.size() * 4)
    want_sale(now);
}

void story_people::want_bet(timestamp now) {
  bet_wish x;
  x.market = betting_[out_.rng() % betting_.size()];
  auto& m = out_.markets[x.market];
  ++m.bets;
  auto& r = x.request;
  const auto name = chain::keccak256("story bet " + std::to_string(bets.all.size()));
  r.id = bet_id::from_digest(name);
  r.user = story_user(out_.rng() % scale_.users);
  r.token = m.row.tokens[out_.rng() % 2];
  r.amount = {out_.between(one_usdc, 30 * one_usdc)};
  r.max_price = {out_.between(5, 95) * 10'000};
  r.fill = some_fill(out_);
  r.deadline = out_.within(now, 3'000, 20'000);
  r.request_hash = name;
  r.by = r.user.hex();
  bets.all.push_back(std::move(x));
  bets.open.push_back(&bets.all.back());
}

void story_people::want_sale(timestamp now) {
  if (holdings_.empty()) return;
  const auto i = out_.rng() % holdings_.size();
  const auto h = holdings_[i];
  std::swap(holdings_[i], holdings_.back());
  holdings_.pop_back();
  if (out_.markets[h.market].reported_at.is_set()) return;
  sale_wish x;
  x.market = h.market;
  auto& r = x.request;
  const auto name = chain::keccak256("story sale " + std::to_string(sales.all.size()));
  r.id = sale_id::from_digest(name);
  r.user = h.user;
  r.token = h.token;
  const bool all = out_.chance(300);
  r.shares = {all ? h.shares : out_.between(1, h.shares)};
  r.min_price = {out_.between(2, 60) * 10'000};
  r.fill = some_fill(out_);
  r.deadline = out_.within(now, 3'000, 20'000);
  r.request_hash = name;
  r.by = r.user.hex();
  // Perhaps the rest is sold later, or the same once more, which the books may have to refuse.
  if (out_.chance(400)) holdings_.push_back(h);
  sales.all.push_back(std::move(x));
  sales.open.push_back(&sales.all.back());
}

void story_people::may_sell(const bet_wish& x) {
  if (x.answer.status != bet_status::filled) return;
  holdings_.push_back({x.request.user, x.request.token, x.market, x.answer.shares.micro});
}

/// On chain soon, and final a while later.
void story_people::report(story_market& m, timestamp now) {
  m.reported_at = out_.within(now, 0, 6'000);
  m.final_at = out_.within(m.reported_at, 6'000, 25'000);
}

std::size_t story_people::quota() const {
  const auto some_more = scale_.bets + scale_.bets / 20;  // most markets are reported early
  return (some_more + scale_.markets - 1) / scale_.markets;
}

bool story_people::are_done() const { return waiting_for().empty(); }

std::string story_people::waiting_for() const {
  if (bets.kept < scale_.bets && !betting_.empty())
    return "bets are still to be asked for: " + std::to_string(bets.kept) + " are there";
  if (!bets.open.empty())
    return "bet " + bets.open.front()->request.id.text() +
           (bets.open.front()->asked ? " is asked for" : " waits to be asked");
  if (!sales.open.empty())
    return "sale " + sales.open.front()->request.id.text() +
           (sales.open.front()->asked ? " is asked for" : " waits to be asked");
  for (const auto& m : out_.markets)
    if (!m.reported_at.is_set()) return m.row.question + " is not reported";
  return {};
}

}  // namespace headroom::test
