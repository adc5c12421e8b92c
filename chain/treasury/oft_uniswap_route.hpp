#pragma once

#include <map>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/treasury/route_steps.hpp"
#include "chain/treasury/uniswap_v3.hpp"

namespace headroom::chain {

/// The route's name, as conversions store it.
inline constexpr const char* oft_uniswap_name = "oft_uniswap";

/// One chain as the route sees it.
struct oft_chain {
  std::uint64_t chain_id = 0;
  std::uint32_t eid = 0;  // LayerZero's name for it
  address usdt0;
  address messenger;  // the OFT that burns and mints USDT0
  finality_rule finality;
  std::uint64_t logs_chunk = 2'000;  // blocks per eth_getLogs
  std::uint32_t logs_chunks = 50;    // of them per look
};

struct oft_uniswap_settings {
  oft_chain plasma;
  oft_chain polygon;
  address plasma_wallet;   // sends
  address polygon_wallet;  // receives, swaps, and keeps the USDC
  address usdc;
  address quoter;                           // QuoterV2
  address router;                           // SwapRouter, the variant with a deadline
  std::uint32_t pool_fee = 100;             // hundredths of a basis point
  std::uint32_t slippage_bps = 30;          // below the quote
  std::uint32_t least_bps = 9'960;          // of the input, whatever the quote says
  std::chrono::seconds swap_deadline{600};  // of chain time
  std::uint32_t fee_pad_percent = 110;      // of the bridge's quoted native fee; the rest returns
  std::uint32_t max_bridge_fee = 25;        // in whole native coins; above it nothing is sent
  std::uint32_t expected_seconds = 3'600;
  std::uint64_t searched_at_least = 100'000;  // blocks, when the start block is not on record
  /// A message that stands verified so long is executed by our own outbox, once.
  std::chrono::milliseconds rescue_after{120'000};

  [[nodiscard]] actors::wallet_account on_plasma() const {
    return {plasma.chain_id, plasma_wallet};
  }
  [[nodiscard]] actors::wallet_account on_polygon() const {
    return {polygon.chain_id, polygon_wallet};
  }
};

struct oft_uniswap_state {
  static inline const char* name = "route";

  actors::world_ptr w;
  oft_uniswap_settings settings;
  route_tally tally;
  rpc_actor plasma;
  rpc_actor polygon;
  /// Messages that were looked for and not found, by guid. After a restart they are waited for
  /// anew.
  struct delivery {
    caf::actor_clock::time_point first_look;
    std::optional<caf::actor_clock::time_point> verified_at{};
    std::uint32_t looks = 0;
  };
  std::map<hash256, delivery> deliveries;
  std::uint64_t taken_chunk = 0;    // what Polygon's nodes took of a log search lately; 0: unknown
  std::optional<address> endpoint;  // LayerZero's, on Polygon, as its messenger says
};

using oft_uniswap_self = actors::self_pointer<actors::route_actor, oft_uniswap_state>;

/// USDT0 on Plasma -> LayerZero OFT ("bridge") -> USDT0 on Polygon -> Uniswap V3 ("swap") -> USDC.
/// Keeps nothing between calls: what a step has done is read from the wallets' outboxes and the
/// chains, so every answer may be asked for again, also after a restart. `detail` carries the guid
/// and where to look for it ("guid=0x.. from=123 note=..").
actors::route_actor::behavior_type oft_uniswap_behavior(oft_uniswap_self self, actors::world_ptr w,
                                                        oft_uniswap_settings settings,
                                                        rpc_actor plasma, rpc_actor polygon);

}  // namespace headroom::chain
