#pragma once

#include "chain/evm/evm_settings.hpp"
#include "domain/bytes.hpp"
#include "domain/money.hpp"

/// The route from USDT0 on Plasma to USDC on Polygon. Defaults are for production and stand here
/// alone; config/ gives them names, units and bounds.
namespace headroom::chain {

/// One chain as the route sees it.
struct oft_chain {
  std::uint64_t chain_id = 0;
  std::uint32_t eid = 0;  // LayerZero's name for it
  address usdt0;
  address messenger;  // the OFT that burns and mints USDT0
  finality_rule finality;
  log_limits logs{};  // of one look
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
  std::uint32_t alert_bridge_fee = 3;       // likewise; above it a human hears of it
  std::uint32_t bridge_least_bps = 9'985;   // of the input that quoteOFT must promise
  /// Of the source chain's coin, to compare routes by: a fee in coins is a cost like any other.
  headroom::usdc coin_price = 500'000_micro;
  /// Conversions that bring USDC.e go on into pUSD on the account that bets.
  bool wrap = false;
  std::uint32_t expected_seconds = 3'600;
  /// Twice its expected time: a message that nobody has verified by then stops the route.
  [[nodiscard]] std::chrono::seconds verified_within() const noexcept {
    return std::chrono::seconds{2 * std::int64_t{expected_seconds}};
  }
  /// A message that stands verified so long is executed by our own outbox, once.
  std::chrono::milliseconds rescue_after{120'000};
};

}  // namespace headroom::chain
