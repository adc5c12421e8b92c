#pragma once

#include "actors/gauges.hpp"
#include "actors/handles.hpp"
#include "actors/users.hpp"

namespace headroom::actors {

/// The one place to get a handle from, in its three parts. Outlives the actor system.
struct directory {
  explicit directory(std::size_t max_live_bets, std::size_t max_balances = 250'000,
                     std::size_t max_live_deposits = 1024)
      : users{max_live_bets, max_balances, max_live_deposits} {}

  /// Lets go of every handle; nobody is spawned any more.
  void close() {
    users.close();
    handles.close();
  }

  actors::gauges gauges;
  actors::handles handles;
  actors::users users;
};

}  // namespace headroom::actors
