#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "actors/world.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::test {

/// What is outside the service and survives its crashes: the venue and the route with their own
/// memory, and the books. The single-threaded model is computed from here, not from the actors.
struct outside {
  memory_books books;
  std::mt19937_64 rng{1};
  std::function<timestamp()> clock;  // the chains' too: final at once

  struct venue_order {
    bool filled = false;
    usdc spent;
    usdc fee;
    std::uint32_t posts = 0;
  };
  std::map<hash256, venue_order> orders;  // every hash the venue ever took
  std::uint64_t signed_orders = 0;

  struct route_step {
    bool sent = false;
    bool arrived = false;
    usdc amount_out;
  };
  std::map<std::string, route_step> steps;     // by conversion, step and attempt
  usdc arrived;                                // what the last steps delivered, in all
  std::vector<caf::strong_actor_ptr> helpers;  // actors that hold a late answer

  /// Probabilities in 1/1000.
  struct faults {
    unsigned refuse = 150;
    unsigned refuse_inconclusive = 50;
    unsigned lost_before = 60;  // the venue never saw it, we do not know
    unsigned lost_after = 60;   // the venue took it, we do not know
    unsigned not_now = 40;
    unsigned late = 150;   // answers after a while
    unsigned never = 10;   // forgets the question
    unsigned blind = 100;  // a look-up that cannot tell
    unsigned step_fails = 80;
    unsigned step_unreadable = 80;
  } faults;

  bool chance(unsigned per_mille) { return rng() % 1000 < per_mille; }
};

/// One seeded schedule of the whole core. Returns what went wrong, "" when the books agree with the
/// model; `trace` tells two runs apart.
struct schedule_result {
  std::string violation;
  std::uint64_t trace = 0;
  std::uint64_t steps = 0;
  std::uint64_t crashes = 0;
  std::uint64_t kills = 0;
  std::uint64_t filled = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;
};
schedule_result run_schedule(std::uint64_t seed);

}  // namespace headroom::test
