#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "actors/world.hpp"
#include "chain/polymarket/answers.hpp"
#include "chain/x402/x402.hpp"
#include "tests/simulation/node_double.hpp"
#include "tests/simulation/route_double.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::test {

inline constexpr std::uint64_t plasma_id = 9745;
inline constexpr std::uint64_t polygon_id = 137;
inline constexpr std::uint64_t base_id = 8453;
inline constexpr std::int64_t first_instant_us = 1'800'000'000'000'000;

/// Accounts and contracts that every schedule knows.
const std::shared_ptr<const chain::private_key>& service_key();
const address& service_account();
constexpr std::size_t user_count = 4;
const chain::private_key& user_key(std::size_t i);
const address& user_at(std::size_t i);
address contract_at(std::uint8_t n);
inline address plasma_usdt0() { return contract_at(1); }
inline address plasma_bridge() { return contract_at(2); }
inline address polygon_usdt0() { return contract_at(3); }
inline address polygon_usdc() { return contract_at(4); }
/// What users pay with on a chain that nobody here looks at: only the routes' doubles know it.
inline money_source base_money() { return {base_id, contract_at(5)}; }
/// An account that begins with it cannot be paid in USDC.
inline constexpr std::uint8_t refused_by_usdc = 0xbb;
const chain::x402::terms& payment_terms();
/// What one user may take out in a day.
inline constexpr usdc withdrawn_a_day = 18_usdc;
/// The routes beside the wallet's own bridge.
const std::vector<route_double::rules>& other_routes();

/// What is outside the service and survives its crashes: the venue, the route and the chains with
/// their own memory, and the books. The single-threaded model is computed from here, not from the
/// actors.
struct outside {
  explicit outside(std::uint64_t seed);

  memory_books books;
  std::mt19937_64 rng;

  struct venue_order {
    bool filled = false;
    usdc spent;
    usdc fee;
    std::vector<chain::polymarket::trade> trades;  // as its pages list them: a row may repeat
    std::uint32_t posts = 0;
    timestamp filled_at;
    timestamp shown_from;  // until then look-ups find nothing of it
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
  std::map<std::string, route_double> routes;  // beside the wallet's own bridge
  usdc base_holds;                             // of base_money
  std::vector<caf::strong_actor_ptr> helpers;  // actors that hold a late answer

  /// The first thing that must never be, seen while it happened; "" so far.
  std::string violation;
  void complain(std::string what) {
    if (violation.empty()) violation = std::move(what);
  }
  /// Whether an alert of the present life says that this conversion does not get on.
  std::function<bool(const conversion_id&)> somebody_knows;
  timestamp conversions_since;  // the present owner of the conversions began

  chain_double plasma;
  chain_double polygon;
  node_double plasma_nodes;
  node_double polygon_nodes;

  /// Probabilities in 1/1000.
  struct faults {
    unsigned refuse = 150;
    unsigned refuse_inconclusive = 50;
    unsigned lost_before = 60;  // the venue never saw it, we do not know
    unsigned lost_after = 60;   // the venue took it, we do not know
    unsigned not_now = 40;
    unsigned late = 150;        // answers after a while
    unsigned never = 10;        // forgets the question
    unsigned blind = 100;       // a look-up that cannot tell
    unsigned shown_late = 150;  // a fill that look-ups do not show for up to 10 s
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
  std::uint64_t books = 0;  // equal for equal rows
  std::uint64_t steps = 0;
  std::uint64_t crashes = 0;
  std::uint64_t kills = 0;
  std::uint64_t filled = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;
  std::uint64_t paid = 0;          // authorizations that the chain has, credited
  std::uint64_t unpaid = 0;        // and those that it will never have
  std::uint64_t withdrawn = 0;     // withdrawals paid
  std::uint64_t given_back = 0;    // and those that ended without
  std::uint64_t usurped = 0;       // transfers whose nonce went to another transaction
  std::uint64_t moved = 0;         // sends of the routes beside the wallet's own
  std::uint64_t returned = 0;      // of which the money came back
  std::uint64_t replaced = 0;      // conversions whose deposits another route took over
  std::uint64_t transactions = 0;  // of the service's account
  std::uint64_t reorganisations = 0;
};
schedule_result run_schedule(std::uint64_t seed);

}  // namespace headroom::test
