#pragma once

#include "actors/actors.hpp"
#include "chain/evm/log_search.hpp"

namespace headroom::chain {

/// Where to look for bridge sends of ours.
struct send_search {
  address emitter;                             // of the event that a send leaves
  std::vector<std::optional<hash256>> topics;  // that event, of our wallet
  std::uint64_t from_block = 0;
  std::uint64_t to_block = 0;
  std::uint64_t chunk = log_limits{}.chunk;
  std::uint32_t max_chunks = log_limits{}.chunks;
};

struct send_findings {
  bool readable = false;  // chain and books
  /// The range was searched to its end, and two nodes (or the only one) show no more of them.
  bool whole = false;
  std::vector<log_entry> unowned;
  std::uint64_t next = 0;  // when it was not whole: where to go on
};

/// Bridge sends of our wallet that no operation in the outbox owns: money that left by a
/// way the books do not know. An attempt that was given up for dropped and is on the chain after
/// all is nobody's either. Before a bridge is sent a second time there must be none, of the whole
/// range. `done(send_findings)` runs in `self`.
/// @param query     the house's.
/// @param patience  for its answer.
template <class Self, class Done>
void find_unowned_sends(Self* self, const rpc_actor& rpc, const actors::query_actor& query,
                        std::chrono::milliseconds patience, const send_search& x, Done done,
                        send_findings before = {true, true, {}, 0}) {
  log_search s;
  s.filter.emitter = x.emitter;
  s.filter.topics = x.topics;
  s.lowest = x.from_block;
  s.highest = x.to_block;
  s.chunk = x.chunk;
  s.max_chunks = x.max_chunks;
  s.every_node = true;
  search_logs_forward(
      self, rpc, std::move(s),
      [self, rpc, query, patience, x, done,
       found = std::move(before)](const log_findings& f) mutable {
        if (!f.readable) return done(send_findings{});
        found.unowned.insert(found.unowned.end(), f.logs.begin(), f.logs.end());
        if (found.whole) found.next = f.next;  // as far as everything before is proven
        found.whole = found.whole && f.proven;
        if (!f.complete && !f.logs.empty()) {
          auto rest = x;  // the search stops at each piece that has any
          rest.from_block = f.walked;
          return find_unowned_sends(self, rpc, query, patience, rest, std::move(done),
                                    std::move(found));
        }
        found.whole = found.whole && f.complete;
        std::vector<hash256> transactions;
        for (const auto& log : found.unowned) transactions.push_back(log.tx_hash);
        self->request(query, patience, actors::get_atom::value, transactions)
            .then(
                [done, found](const std::vector<chain_operation>& ours) mutable {
                  std::erase_if(found.unowned, [&](const log_entry& log) {
                    return std::any_of(ours.begin(), ours.end(), [&](const auto& row) {
                      return row.tx_hash == log.tx_hash && row.status != operation_status::dropped;
                    });
                  });
                  done(std::move(found));
                },
                [done](const caf::error&) mutable { done(send_findings{}); });
      });
}

}  // namespace headroom::chain
