#pragma once

#include <algorithm>

#include "chain/eth.hpp"
#include "chain/rpc_bridge.hpp"

namespace headroom::chain {

/// Looks for events in pieces that public nodes accept, never more than `max_chunks` of them:
/// backwards from `highest` (search_logs) or forwards from `lowest` (search_logs_forward).
struct log_search {
  eth::log_filter filter;  // its block range is set by the search
  std::uint64_t lowest = 0;
  std::uint64_t highest = 0;
  std::uint64_t chunk = 2'000;
  std::uint32_t max_chunks = 50;
};

struct log_findings {
  bool readable = false;
  bool complete = false;        // the whole range: then "none" means none
  std::vector<log_entry> logs;  // of the first piece that had any
  std::uint64_t next = 0;       // forwards: the block to go on with
};

/// `done(log_findings)` runs in `self`.
template <class Self, class Done>
void search_logs(Self* self, const rpc_actor& rpc, log_search s, Done done) {
  const auto from = s.highest >= s.chunk ? std::max(s.lowest, s.highest - s.chunk + 1) : s.lowest;
  s.filter.from_block = from;
  s.filter.to_block = eth::quantity(s.highest);
  self->request(rpc, caf::infinite, eth::logs(s.filter))
      .then(
          [self, rpc, s, from, done](const rpc_result& r) mutable {
            auto logs = r.status == rpc_status::ok ? eth::read_logs(r.value) : std::nullopt;
            if (!logs) return done(log_findings{});
            const bool at_end = from <= s.lowest;
            if (!logs->empty() || at_end || --s.max_chunks == 0)
              return done(log_findings{true, at_end, std::move(*logs), {}});
            s.highest = from - 1;
            search_logs(self, rpc, std::move(s), std::move(done));
          },
          [done](const caf::error&) mutable { done(log_findings{}); });
}

/// As search_logs, the oldest piece first, so that a later search can go on where this one stopped.
template <class Self, class Done>
void search_logs_forward(Self* self, const rpc_actor& rpc, log_search s, Done done) {
  if (s.lowest > s.highest) return done(log_findings{true, true, {}, s.lowest});
  const auto to = s.highest - s.lowest < s.chunk ? s.highest : s.lowest + s.chunk - 1;
  s.filter.from_block = s.lowest;
  s.filter.to_block = eth::quantity(to);
  self->request(rpc, caf::infinite, eth::logs(s.filter))
      .then(
          [self, rpc, s, to, done](const rpc_result& r) mutable {
            auto logs = r.status == rpc_status::ok ? eth::read_logs(r.value) : std::nullopt;
            if (!logs) return done(log_findings{});
            const bool at_end = to >= s.highest;
            if (!logs->empty() || at_end || --s.max_chunks == 0)
              return done(log_findings{true, at_end, std::move(*logs), to + 1});
            s.lowest = to + 1;
            search_logs_forward(self, rpc, std::move(s), std::move(done));
          },
          [done](const caf::error&) mutable { done(log_findings{}); });
}

}  // namespace headroom::chain
