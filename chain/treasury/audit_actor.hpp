#pragma once

#include <map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/rpc_bridge.hpp"

namespace headroom::chain {

/// A token that users pay with, and that waits on our accounts for its conversion.
struct audited_source {
  rpc_actor nodes;
  address token;
};

struct audit_settings {
  address plasma_usdt0;
  address plasma_owner;  // the service's account on each chain
  address polygon_usdt0;
  address polygon_usdc;
  address polygon_owner;
  address collateral;                      // the venue's token; zero: not looked at
  address collateral_owner;                // the account that bets
  address collateral_source;               // what collateral is made of, there; zero: likewise
  address own_source{};                    // likewise, at our own account; zero: likewise
  bool moves_between_accounts = false;     // Polygon is read at one block: none is missed half-way
  std::chrono::milliseconds fresh{1'000};  // one look serves everyone who asks within it
  std::chrono::milliseconds check_every{20'000};  // two in a row within a minute
  std::size_t max_waiting = 64;
  std::chrono::milliseconds positions_every{300'000};  // all tokens are compared
  std::uint32_t tokens_at_once = 500;
  std::vector<address> other_owners{};          // accounts of ours beside the two, on every chain
  std::vector<audited_source> other_sources{};  // beside USDT0 and USDC on Polygon
};

struct audit_state {
  static inline const char* name = "audit";

  actors::world_ptr w;
  audit_settings settings;
  rpc_actor plasma;
  rpc_actor polygon;
  solvency_watch watch;
  actors::solvency_report last;
  caf::actor_clock::time_point looked_at{};
  bool looking = false;
  std::vector<caf::typed_response_promise<actors::solvency_report>> waiting;

  /// The comparison of positions, page by page.
  struct position_walk {
    std::uint64_t tokens = 0;
    std::map<uint256, actors::share_difference> differences;
  };
  std::optional<position_walk> walk;                        // under way
  std::map<uint256, actors::share_difference> seen_before;  // by the last one
  actors::position_audit positions;
  caf::actor_clock::time_point next_positions{};
};

using audit_self = actors::self_pointer<actors::audit_actor, audit_state>;

/// Compares the books with what the chains say the service owns: every `check_every`, and when
/// somebody asks. Route and metric show the same verdict. A silent chain's flag is false; its old
/// numbers are never shown as new ones. While the verdict is bad the alert `audit.insolvent` lasts,
/// while the chains lack something `audit.drift`: what a running conversion has not sent counts
/// too. Every `positions_every` it compares the users' shares with what the venue's accounts hold;
/// while some are missing the alert `audit.shares` lasts.
actors::audit_actor::behavior_type audit_behavior(audit_self self, actors::world_ptr w,
                                                  audit_settings settings, rpc_actor plasma,
                                                  rpc_actor polygon);

/// Compares all positions when it is time, if nobody does (audit_positions.cpp).
void compare_positions(audit_self self);

}  // namespace headroom::chain
