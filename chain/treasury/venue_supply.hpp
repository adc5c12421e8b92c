#pragma once

#include "actors/observed.hpp"
#include "chain/treasury/legged_route.hpp"
#include "chain/treasury/oneinch_venue.hpp"
#include "chain/treasury/venue_supply_settings.hpp"

/// Conversions end in USDC on the wallet's account; bets are paid from the venue's account. What
/// goes from the one to the other is ours before and after: an inventory move, of which the books
/// hear nothing.
namespace headroom::chain {

/// What there is, at one block.
struct supply_view {
  usdc venue;  // pUSD and USDC.e of the venue's account
  usdc ready;  // USDC.e of the wallet's account
  usdc other;  // its USDC; zero where that is USDC.e itself
};

enum class supply_act : std::uint8_t { nothing = 0, swap = 1, transfer = 2 };
struct supply_plan {
  supply_act act = supply_act::nothing;
  usdc amount;
  usdc missing;  // to the low mark, and nothing to make it of
  friend bool operator==(const supply_plan&, const supply_plan&) = default;
};
/// Pure: first USDC becomes USDC.e, then all of it goes by one transfer.
/// @param swaps  false where conversions bring USDC.e: then `keep` is of that.
[[nodiscard]] supply_plan plan_supply(const supply_view& has, const venue_supply_settings& s,
                                      bool swaps);

/// Whose money it is, and what it is made of.
struct supply_places {
  leg_chain chain;        // with the wallet that conversions end on
  address venue_account;  // not the wallet's own
  address collateral;     // pUSD
  address usdc;           // that conversions bring
  address usdc_e;
};

/// Nobody asks it anything.
using venue_supply_actor = actors::status_actor::extend<caf::reacts_to<actors::poll_atom>>;

struct venue_supply_state {
  static inline const char* name = "venue_supply";

  actors::world_ptr w;
  venue_supply_settings settings;
  supply_places at;
  actors::route_actor swaps;  // one leg; empty where nothing is to be swapped
  bool looking = false;
  caf::actor_clock::time_point next_look{};
  std::uint64_t block = 0;               // of the last move that ended: no older view counts
  std::optional<actors::run_step> swap;  // asked for, not done
  std::optional<operation_id> transfer;  // likewise
  std::uint64_t moves = 0;
  std::string last;  // what the last look came to
};

using venue_supply_self = actors::self_pointer<venue_supply_actor, venue_supply_state>;

/// Kinds of alerts; the subject is the venue's account.
namespace supply_alert {
inline constexpr std::string_view shortage = "venue.supply_short";  // nothing left to move
inline constexpr std::string_view stuck = "venue.supply_stuck";     // a move is in doubt or reverts
}  // namespace supply_alert

/// One move at a time, stored in the wallet's outbox before it is sent. It remembers nothing that
/// counts: after a restart a move that is under way is seen in the outbox, and one that has ended
/// in the balances.
/// @param swap  the plan of a route that is one swap, USDC to USDC.e; without legs: none is needed.
venue_supply_actor::behavior_type venue_supply_behavior(venue_supply_self self, actors::world_ptr w,
                                                        venue_supply_settings settings,
                                                        supply_places at, route_plan swap);

/// Outbox rows of the two moves.
inline constexpr const char* supply_swap_purpose = "supply_swap";
inline constexpr const char* supply_purpose = "supply";

}  // namespace headroom::chain
