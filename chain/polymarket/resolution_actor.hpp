#pragma once

#include <unordered_map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/polymarket/resolution.hpp"
#include "chain/polymarket/resolution_settings.hpp"

namespace headroom::chain::polymarket {

struct resolution_doors {
  http_actor api;  // CLOB and Gamma, public reads
  rpc_actor chain;
};

struct resolution_state {
  static inline const char* name = "resolution";

  actors::world_ptr w;
  resolution_settings settings;
  std::vector<address> accounts;
  resolution_doors doors;
  std::unordered_map<hash256, std::uint32_t> looks;  // at conditions; a cache
  std::size_t open = 0;                              // questions in progress
  std::uint64_t asked = 0;
  std::uint64_t resolved = 0;
  std::uint64_t sent = 0;
  std::string last_problem;
};

using resolution_self = actors::self_pointer<actors::resolution_actor, resolution_state>;

/// What the API says of markets, and the chain's word on conditions, by the final block and by two
/// nodes where there are two. Keeps nothing that counts: wallets and books do.
/// @param accounts  that hold shares. Each redeems through dir.handles.wallet({chain, account}); an
///                  account without one there is refused, if it holds anything of value.
actors::resolution_actor::behavior_type resolution_behavior(resolution_self self,
                                                            actors::world_ptr w,
                                                            resolution_settings settings,
                                                            std::vector<address> accounts,
                                                            resolution_doors doors);

}  // namespace headroom::chain::polymarket
