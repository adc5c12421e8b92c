#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/price_feed.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "domain/money_source.hpp"

/// Whether what users pay with is worth a dollar, by a price that is not the pool's own: while it
/// is not, or nobody can say, deposits of it wait for their credit (actors/credit_holds.hpp).
namespace headroom::chain {

/// A source whose price is asked.
struct pegged_source {
  std::string name;
  money_source source;
  price_feed feed;
  std::uint32_t within_bps = 100;  // of a dollar, either way
  rpc_actor nodes;                 // of the feed's chain
};

struct peg_settings {
  std::chrono::milliseconds look{30'000};  // while the price is good
  std::chrono::milliseconds again{5'000};  // after one that is not
};

/// Nobody asks it anything: its word is in the holds and the alerts.
using peg_guard = actors::status_actor::extend<caf::reacts_to<actors::poll_atom, std::uint32_t>>;

struct peg_state {
  static inline const char* name = "peg_guard";

  struct watched {
    pegged_source of;
    price_watch price;
    price_reading last{};
    bool held = true;
    std::uint32_t without_price = 0;  // looks in a row
  };
  actors::world_ptr w;
  peg_settings settings;
  std::vector<watched> all;
};
using peg_self = actors::self_pointer<peg_guard, peg_state>;

/// Every source is held until its price was read once.
peg_guard::behavior_type peg_behavior(peg_self self, actors::world_ptr w,
                                      std::vector<pegged_source> sources,
                                      peg_settings settings = {});

}  // namespace headroom::chain
