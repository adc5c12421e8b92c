#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "actors/directory.hpp"
#include "actors/ports.hpp"
#include "domain/placement.hpp"

namespace headroom::actors {

/// Bounds and rhythms of the core; config/ fills them, defaults are for production.
struct core_settings {
  std::size_t max_live_bets = 8192;
  std::size_t max_balances = 250'000;           // balance actors awake at once
  std::size_t max_live_deposits = 1024;         // x402 payments in progress
  std::size_t journal_queue = 16'384;           // entries waiting before `overloaded`
  std::size_t journal_batch = 4096;             // entries per transaction at most
  std::chrono::milliseconds journal_retry{50};  // first wait when the store is away, doubles to 2 s
  std::chrono::milliseconds balance_idle{60'000};  // an idle balance actor leaves after this
  std::chrono::milliseconds load_timeout{5000};
  std::chrono::milliseconds append_timeout{
      30000};  // for rare entries; bets wait for the journal itself
  std::chrono::milliseconds buffer_tick{5'000};  // refill, recommended size, low alert
  std::chrono::milliseconds overdue{
      60'000};  // a venue's or owner's answer to a bet is lost by then
  placement::limits placing;
  /// From its deadline on; a bet that is open then is a human's business.
  std::chrono::milliseconds unresolved_after{600'000};
  std::chrono::milliseconds deposit_answer{8'000};  // how long a payer waits for the chain
  std::chrono::milliseconds conversion_poll{1'000};
  std::chrono::milliseconds conversion_retry{1'000};  // after a failed attempt; doubles with each
  std::chrono::milliseconds conversion_longest_retry{600'000};
  std::chrono::milliseconds conversion_alert{60'000};  // held or unreadable so long: a human
  std::chrono::milliseconds per_call{5'000};  // a waiting conversion asks the chains no oftener
  std::chrono::milliseconds step_timeout{30'000};  // one answer of a route
  std::chrono::milliseconds stuck_after{300000};   // a conversion without progress is retried
  std::uint32_t conversion_attempts = 5;         // failed attempts of a step before a human is told
  std::string conversion_route = "oft_uniswap";  // of new conversions; the others keep theirs
  std::uint32_t conversions_at_once = 4;         // on one route
  std::uint32_t deposits_per_conversion = 200;
  usdc conversion_minimum = {1};             // smaller sums wait for company
  std::uint32_t deposits_recovered = 2'000;  // unsettled payments resumed at once after a start
  std::chrono::milliseconds drain{10'000};
  /// Of an ordered stop: how long the journal's last commits may take, and how long the ends of all
  /// components together. A blocked one ends when its statement does (10 s in persistence/).
  std::chrono::milliseconds stop_step{15'000};
  std::uint32_t restarts_per_minute = 5;  // of one component, before the process gives up
};

/// What is handed to every actor of the core. Everything in it outlives the actor system.
struct world {
  directory& dir;
  wall_clock now;
  std::function<hash256()> random;  // 32 random bytes
  core_settings settings;
};

using world_ptr = std::shared_ptr<const world>;

}  // namespace headroom::actors
