#pragma once

#include <caf/all.hpp>
#include <string>

#include "actors/world.hpp"
#include "bench/stub_venue.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "persistence/pg_reader.hpp"
#include "persistence/pg_store.hpp"

namespace headroom::bench {

struct house_settings {
  std::string database;     // seeded, see books.hpp
  std::uint64_t seed = 1;   // of the orders' hashes
  std::size_t workers = 1;  // CAF workers, as config's default
  std::size_t max_live_bets = 8192;
};

/// The core as app.cpp wires it (journal and query detached, balances and bets on demand, the audit
/// over chains that answer at once) around the stub venue, without a guardian. Balances stay awake
/// once they are loaded.
class house {
 public:
  /// Throws std::runtime_error when the database cannot be used.
  explicit house(const house_settings& settings);
  ~house();
  house(const house&) = delete;
  house& operator=(const house&) = delete;

  [[nodiscard]] caf::actor_system& system() noexcept { return sys_; }
  [[nodiscard]] actors::directory& dir() noexcept { return dir_; }
  [[nodiscard]] const actors::world_ptr& world() const noexcept { return w_; }
  [[nodiscard]] const stub_venue& venue() const noexcept { return venue_; }

  /// Loads the balance actors of users 1 to `users`; throws when one cannot be loaded.
  void wake(std::uint32_t users);
  /// Until no bet is in progress; throws after two minutes.
  void settle();

 private:
  persistence::pg_store store_;
  persistence::pg_reader reader_;
  actors::directory dir_;
  actors::world_ptr w_;
  caf::actor_system_config config_;
  caf::actor_system sys_;  // after everything its actors use
  stub_venue venue_;
};

[[nodiscard]] timestamp wall_clock_now();

/// A chain as the audit sees it: every balance is two trillion dollars, at once.
[[nodiscard]] chain::rpc_actor spawn_stub_chain(caf::actor_system& sys);

}  // namespace headroom::bench
