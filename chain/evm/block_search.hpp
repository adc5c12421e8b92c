#pragma once

#include <optional>

#include "chain/evm/eth.hpp"
#include "chain/evm/rpc_bridge.hpp"

namespace headroom::chain {

/// Finds the first block of [low, high] whose time is not before `time` (unix seconds); `high` when
/// there is none. By bisection: some 25 questions on a chain of a year.
/// `done(std::optional<std::uint64_t>)` runs in `self`; nothing when a block cannot be read.
template <class Self, class Done>
void search_block(Self* self, const rpc_actor& rpc, std::uint64_t time, std::uint64_t low,
                  std::uint64_t high, Done done) {
  if (low >= high) return done(std::optional<std::uint64_t>{high});
  const auto middle = low + ((high - low) >> 1);
  self->request(rpc, caf::infinite, eth::block(eth::quantity(middle)))
      .then(
          [=](const rpc_result& r) mutable {
            const auto block = eth::answer(r, eth::read_block);
            if (!block || !*block) return done(std::optional<std::uint64_t>{});
            const bool reached = (*block)->timestamp >= time;
            search_block(self, rpc, time, reached ? low : middle + 1, reached ? middle : high,
                         std::move(done));
          },
          [done](const caf::error&) mutable { done(std::optional<std::uint64_t>{}); });
}

}  // namespace headroom::chain
