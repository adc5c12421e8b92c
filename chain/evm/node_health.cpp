#include "chain/evm/node_health.hpp"

#include <algorithm>

#include "domain/backoff.hpp"

namespace headroom::chain {

using std::chrono::milliseconds;

bool node_health::may_ask(std::uint32_t node, time_point now) const {
  const auto& n = nodes_[node];
  return n.rest_until <= now && n.foreign_until <= now;
}

std::vector<std::uint32_t> node_health::order(time_point now) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (may_ask(i, now)) out.push_back(i);
  const auto rank = [&](std::uint32_t i) {
    if (nodes_[i].skip_until > now) return 2;
    return nodes_[i].lags ? 1 : 0;
  };
  std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  return out;
}

bool node_health::needs_identity(std::uint32_t node, time_point now) const {
  const auto& n = nodes_[node];
  if (!n.identified) return true;
  return node != last_used_ && now - n.identified_at > rules_.identity_kept;
}

bool node_health::is_down(std::uint32_t node, time_point now) const {
  const auto& since = nodes_[node].failing_since;
  return since && now - *since >= failed_after;
}

void node_health::worked(std::uint32_t node) {
  auto& n = nodes_[node];
  n.failing_since.reset();
  n.skip_until = n.rest_until = {};
  n.limits = 0;
  last_used_ = node;
}

void node_health::failed(std::uint32_t node, bool silent, time_point now) {
  auto& n = nodes_[node];
  n.skip_until = now + (silent ? rules_.skip_after_silence : rules_.skip_after_failure);
  if (!n.failing_since) n.failing_since = now;
  n.identified = false;  // who knows what stands behind that address when it is back
}

void node_health::limited(std::uint32_t node, std::optional<milliseconds> wait, time_point now) {
  auto& n = nodes_[node];
  const auto doubled = backoff(rules_.rest_after_limit, n.limits++, rules_.longest_rest);
  const auto rest =
      std::min(std::max(wait.value_or(doubled), milliseconds{1}), rules_.longest_rest);
  n.rest_until = std::max(n.rest_until, now + rest);
}

void node_health::identified(std::uint32_t node, time_point now) {
  nodes_[node].identified = true;
  nodes_[node].identified_at = now;
}

void node_health::foreign(std::uint32_t node, time_point now) {
  if (!nodes_[node].failing_since) nodes_[node].failing_since = now;
  nodes_[node].identified = false;
  nodes_[node].foreign_until = now + rules_.foreign_again;
}

/// Against the best of the same round, so that no clock of ours is asked: nodes that all stand
/// still are all the same, and the first is as good as any.
void node_health::compare(std::span<const std::optional<head>> heads) {
  head best;
  for (const auto& h : heads)
    if (h && h->number >= best.number) best = *h;
  const auto patience = static_cast<std::uint64_t>(rules_.most_seconds_behind.count());
  for (std::size_t i = 0; i < nodes_.size() && i < heads.size(); ++i) {
    if (!heads[i]) continue;
    const auto& h = *heads[i];
    nodes_[i].lags = h.number + rules_.most_blocks_behind < best.number ||
                     h.timestamp + patience < best.timestamp;
  }
}

}  // namespace headroom::chain
