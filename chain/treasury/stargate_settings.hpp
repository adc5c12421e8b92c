#pragma once

#include <chrono>
#include <cstdint>

#include "domain/bytes.hpp"
#include "domain/money.hpp"

/// Stargate v2. Defaults are for production and stand here alone; config/ gives them names, units
/// and bounds.
namespace headroom::chain {

struct stargate_settings {
  /// The pools. Plasma has none for USDT0 (2026-11): zero, and the route says so.
  address pool_plasma{};
  address pool_polygon_usdt0 = *address::parse("0xd47b03ee6d86Cf251ee7860FB2ACf9f91B9fD4d7");
  address pool_base = *address::parse("0x27a16dc786820B16E5c9028b75B99F6f604b5d26");
  address pool_polygon_usdc = *address::parse("0x9Aa02D4Fae7F58b8E8f34c66E756cC734DAc7fe4");
  std::uint32_t polygon_eid = 30'109;  // LayerZero's name for it
  std::uint32_t least_bps = 9'985;     // of the input that a pool must promise
  std::uint64_t max_fee_wei_base = 20'000'000'000'000'000;
  /// Of Base's coin, to compare routes by.
  usdc coin_price_base = 3'000'000'000_micro;
  std::uint32_t expected_seconds = 180;
  /// Twice its expected time: a message that has not arrived by then stops the route.
  [[nodiscard]] std::chrono::seconds delivered_within() const noexcept {
    return std::chrono::seconds{2 * std::int64_t{expected_seconds}};
  }
};

}  // namespace headroom::chain
