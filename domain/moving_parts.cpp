#include "domain/moving_parts.hpp"

#include <algorithm>
#include <array>

#include "domain/step_parts.hpp"

namespace headroom {
namespace {

/// Where the money is between two steps: of `c`, whose step `at` has sent nothing or is done.
money_place place_between(conversion c, std::size_t at, bool done, const money_source& backing) {
  auto& step = c.steps[at];
  step.tx_hash = {};
  step.operations.clear();
  if (done) step.state = "done";
  return money_of(c, backing).where;
}

}  // namespace

std::vector<moving_money> moneys_of(const conversion& c, const money_source& backing) {
  const auto whole = money_of(c, backing);
  const auto step =
      std::find_if(c.steps.begin(), c.steps.end(), [](const auto& s) { return s.state != "done"; });
  if (step == c.steps.end() || whole.where != money_place::under_way) return {whole};
  const auto parts = step_parts::parts_in(step->detail, step->amount_in);
  if (parts.empty()) return {whole};
  const auto at = static_cast<std::size_t>(step - c.steps.begin());
  const auto unsent = place_between(c, at, false, backing);
  const auto filled = place_between(c, at, true, backing);
  std::array<usdc, 4> sums{};  // by place
  for (const auto& p : parts) {
    const auto where = p.is_filled() ? filled : p.was_sent() ? money_place::under_way : unsent;
    auto& sum = sums.at(static_cast<std::size_t>(where));
    sum = add_saturating(sum, p.is_filled() ? p.out : p.amount);
  }
  std::vector<moving_money> out;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (!sums.at(i).is_positive()) continue;
    out.push_back(whole);
    out.back().amount = sums.at(i);
    out.back().where = static_cast<money_place>(i);
  }
  return out;
}

}  // namespace headroom
