#pragma once

#include <map>
#include <set>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/treasury/route_steps.hpp"

namespace headroom::chain {

/// The route's name, as conversions store it.
inline constexpr const char* direct_route_name = "direct";

/// A source whose money is the buffer's own token on the buffer's own account.
struct direct_settings {
  std::uint64_t chain_id = 0;
  address token;
  address wallet;  // was paid, and holds what the buffer owns
  finality_rule finality;
  std::uint32_t expected_seconds = 30;
};

struct direct_state {
  static inline const char* name = "route";

  actors::world_ptr w;
  direct_settings settings;
  route_tally tally;
  rpc_actor rpc;
  std::map<conversion_id, usdc> open;           // seen, and not done yet
  std::map<conversion_id, std::size_t> proven;  // how many of its payments are; the first ones
  std::set<conversion_id> by_depth;             // some of those are by depth alone
  std::map<conversion_id, std::size_t> tagged;  // likewise, by the tag: of those asked for again
};

using direct_self = actors::self_pointer<actors::route_actor, direct_state>;

/// No conversion at all: one step, "final". The payments of all its deposits stand in final blocks,
/// by the proof that the books have of each, and the wallet holds as much; then it is done with
/// what was paid, and nothing is lost. Sends nothing, ever.
actors::route_actor::behavior_type direct_behavior(direct_self self, actors::world_ptr w,
                                                   direct_settings settings, rpc_actor rpc);

}  // namespace headroom::chain
