#include "actors/coin_gauge.hpp"

#include <chrono>

namespace headroom::actors {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes between_marks{5};
constexpr hours longest{24};
constexpr minutes shortest{10};
constexpr double us_per_hour = 3'600e6;

}  // namespace

void coin_gauge::saw(const std::string& wallet, double coins, timestamp at) {
  auto& p = purses_[wallet];
  if (!p.marks.empty() && coins < p.coins) p.spent += p.coins - coins;
  p.coins = coins;
  if (!at.is_set()) return;
  p.seen_at = at;
  if (p.marks.empty() || p.marks.back().at.plus(between_marks) <= at)
    p.marks.push_back({at, p.spent});
  // The last one that is a day old stays: the window begins there.
  while (p.marks.size() > 1 && p.marks[1].at.plus(longest) <= at) p.marks.pop_front();
}

coin_gauge::sight coin_gauge::sight_of(const purse& p) {
  sight out;
  out.coins = p.coins;
  if (p.marks.empty() || p.marks.front().at.plus(shortest) > p.seen_at) return out;
  const auto& first = p.marks.front();
  const auto time = static_cast<double>(p.seen_at.us - first.at.us) / us_per_hour;
  out.spent_per_hour = (p.spent - first.spent) / time;
  if (*out.spent_per_hour > 0) out.hours_left = p.coins / *out.spent_per_hour;
  return out;
}

std::map<std::string, coin_gauge::sight> coin_gauge::list() const {
  std::map<std::string, sight> out;
  for (const auto& [wallet, p] : purses_) out.emplace(wallet, sight_of(p));
  return out;
}

std::optional<double> coin_gauge::hours_left(const std::string& wallet) const {
  const auto i = purses_.find(wallet);
  return i == purses_.end() ? std::nullopt : sight_of(i->second).hours_left;
}

}  // namespace headroom::actors
