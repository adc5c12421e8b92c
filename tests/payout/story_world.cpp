#include "tests/payout/story_world.hpp"

#include <algorithm>
#include <utility>

#include "chain/evm/keccak.hpp"

namespace headroom::test {
namespace {

using std::chrono::milliseconds;

uint256 token_named(const std::string& name) {
  uint256 out;
  out.bytes = chain::keccak256(name).bytes;
  return out;
}

address address_named(const std::string& name) {
  address out;
  const auto digest = chain::keccak256(name);
  std::copy_n(digest.bytes.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

/// Most markets have a winner; the split ones pay both sides, evenly or not.
void decide(story_market& m, bool split, std::mt19937_64& rng) {
  static const std::vector<std::vector<std::uint64_t>> splits{{1, 1}, {1, 2}, {2, 1}, {3, 7}};
  m.numerators = split ? splits[rng() % splits.size()]
                       : std::vector<std::uint64_t>{rng() % 2 == 0 ? 1U : 0U, 0U};
  if (!split) m.numerators[1] = 1 - m.numerators[0];
  m.denominator = m.numerators[0] + m.numerators[1];
}

}  // namespace

address story_user(std::size_t n) { return address_named("story user " + std::to_string(n)); }

story_world::story_world(const story_scale& scale)
    : rng{scale.seed * 0x9e3779b97f4a7c15ULL + 1}, markets(scale.markets) {
  for (std::size_t i = 0; i < account_count; ++i)
    accounts[i] = address_named("story account " + std::to_string(i));
  std::vector<std::size_t> order(scale.markets);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto mix = [&] {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng() % i]);
  };
  mix();
  for (std::size_t i = 0; i < scale.neg_risk && i < order.size(); ++i)
    markets[order[i]].row.neg_risk = true;
  mix();
  for (std::size_t i = 0; i < order.size(); ++i) decide(markets[order[i]], i < scale.split, rng);
  for (std::size_t i = 0; i < markets.size(); ++i) {
    auto& m = markets[i];
    const auto name = "story market " + std::to_string(i);
    m.account = rng() % account_count;
    m.row.condition = chain::keccak256(name);
    m.row.question = name;
    m.row.outcomes = {"Yes", "No"};
    conditions.emplace(m.row.condition, i);
    for (std::size_t slot = 0; slot < 2; ++slot) {
      m.row.tokens.push_back(token_named(name + " token " + std::to_string(slot)));
      tokens.emplace(m.row.tokens.back(), std::pair{i, slot});
    }
  }
}

std::int64_t story_world::between(std::int64_t least, std::int64_t most) {
  if (most <= least) return least;
  return least + static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(most - least + 1));
}

timestamp story_world::within(timestamp now, std::int64_t least_ms, std::int64_t most_ms) {
  return now.plus(milliseconds{between(least_ms, most_ms)});
}

void story_world::advance(timestamp now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto what = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    what();
  }
}

}  // namespace headroom::test
