#include <algorithm>

#include "chain/treasury/bridge_step.hpp"
#include "chain/treasury/unowned_sends.hpp"

namespace headroom::chain {
namespace {

constexpr std::uint64_t may_still_change = 1'000;  // blocks below the head

}  // namespace

void sending_step::check_sends(const leg_chain& from, std::uint64_t head, event_place place,
                               std::function<std::optional<uint256>(const log_entry&)> sent_by,
                               std::function<void()> then) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return unreadable("the outbox cannot be read");
  send_search x;
  x.emitter = place.emitter;
  x.topics = std::move(place.topics);
  x.from_block = detail_.since_block.value_or(head - std::min(head, searched_at_least));
  x.to_block = head;
  x.chunk = from.logs.chunk;
  x.max_chunks = from.logs.chunks;
  calls_ += static_cast<std::uint32_t>(1 + (head - std::min(head, x.from_block)) / x.chunk);
  find_unowned_sends(
      self_, from.nodes, query, w_.settings.patience.load, x,
      [run = std::static_pointer_cast<sending_step>(shared_from_this()),
       sent_by = std::move(sent_by), then = std::move(then), head](const send_findings& found) {
        if (!found.readable) return run->unreadable("earlier sends cannot be read");
        const auto ours = uint256::of(static_cast<std::uint64_t>(run->x_.amount_in.micro));
        for (const auto& log : found.unowned)
          if (sent_by(log) == ours)
            return run->unreadable("in doubt: " + log.tx_hash.hex() +
                                   " sent this amount and belongs to no live operation");
        if (found.whole) return then();
        // What was searched and cannot change any more is done with; the next look goes on.
        auto& since = run->detail_.since_block;
        const auto settled = head - std::min(head, may_still_change);
        since = std::max(since.value_or(0), std::min(found.next, settled));
        run->held("waits: looks for earlier sends of ours, block by block");
      });
}

}  // namespace headroom::chain
