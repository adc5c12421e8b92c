#pragma once

#include "actors/actors.hpp"
#include "actors/observed.hpp"
#include "tests/payout/story_world.hpp"

namespace headroom::test {

struct chain_script_state {
  static inline const char* name = "story-chain";
};
/// The word of the venue's API and of Conditional Tokens on every condition, and the redeeming of
/// what the accounts hold: as the contract does, each outcome pays the floor of all that is held of
/// it. A transaction is refused, lost, not sent or slow; sent twice under one id it is one.
actors::resolution_actor::behavior_type chain_script(
    actors::self_pointer<actors::resolution_actor, chain_script_state> self, story_world* out,
    std::function<timestamp()> now);

/// What the account of a market would be paid now for all that it holds of it, by outcome.
[[nodiscard]] std::vector<std::int64_t> worth_of(const story_world& out, std::size_t market);

}  // namespace headroom::test
