#include "chain/treasury/across_refunds.hpp"

#include <algorithm>
#include <vector>

namespace headroom::chain {

void across_refunds::reach_back_to(std::uint64_t first) {
  if (first >= start) return;
  *this = {};
  start = next_deposits = next_refunds = first;
}

/// Nothing comes back before a deadline: what came when nothing was owed belongs to a deposit from
/// before `start`.
std::optional<hash256> across_refunds::returned_by(const hash256& mine) const {
  struct debt {
    std::uint64_t deadline;
    hash256 hash;
    std::uint64_t amount;
  };
  std::vector<debt> owed;
  for (const auto& [hash, d] : deposits)
    if (d.end != fill::filled) owed.push_back({d.deadline, hash, d.amount});
  std::sort(owed.begin(), owed.end(), [](const debt& a, const debt& b) {
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.hash < b.hash;
  });
  uint128 due = 0;
  uint128 paid = 0;
  uint128 needed = 0;
  for (const auto& d : owed) {
    needed += d.amount;
    if (d.hash == mine) break;
  }
  if (!deposits.contains(mine)) return std::nullopt;
  std::size_t expired = 0;
  for (const auto& [place, r] : back) {
    while (expired < owed.size() && owed[expired].deadline < r.time) due += owed[expired++].amount;
    paid = std::min(due, paid + r.amount);
    if (paid >= needed) return r.tx;
  }
  return std::nullopt;
}

}  // namespace headroom::chain
