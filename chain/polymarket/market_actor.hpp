#pragma once

#include "actors/log_limit.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/polymarket/market_views.hpp"
#include "chain/polymarket/quote_table.hpp"
#include "chain/polymarket/read_cache.hpp"
#include "net/rate_limit.hpp"

namespace headroom::chain::polymarket {

/// Ways to the venue for people who look around, each with connections and limits of its own: what
/// strangers ask keeps no bet from the venue.
struct market_doors {
  http_actor gamma;  // lists of markets
  http_actor books;  // the CLOB: books and terms
};

struct market_state {
  static inline const char* name = "market";
  using time_point = caf::actor_clock::time_point;

  /// One of the venue's APIs: how often it is asked, and until when it wants to be left alone.
  struct site {
    http_actor door;
    net::rate_limit rate;
    time_point paused_until{};
  };
  /// What is read of a site, by the URL it is read from, and how old it may be.
  template <class Value>
  struct shelf {
    site* from = nullptr;
    read_cache<Value> cache;
    std::chrono::milliseconds fresh{};
    std::chrono::milliseconds stale{};  // while it cannot be read anew
  };

  actors::world_ptr w;
  market_settings settings;
  site gamma;
  site clob;
  shelf<gamma_page> pages;
  shelf<listing> terms;
  shelf<book> books;
  quote_table quotes;
  actors::log_limit logged;

  std::uint64_t reads = 0;
  std::uint64_t kept_back = 0;  // reads that the limits did not allow
  std::uint64_t redeemed = 0;
  std::uint64_t expired = 0;
};

using market_self = actors::self_pointer<actors::market_actor, market_state>;

/// Detached: a list is a megabyte of JSON.
/// @param settings `url` is the CLOB's.
actors::market_actor::behavior_type market_behavior(market_self self, actors::world_ptr w,
                                                    market_settings settings, market_doors doors);

}  // namespace headroom::chain::polymarket
