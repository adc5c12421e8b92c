#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "domain/bytes.hpp"
#include "domain/money.hpp"

/// The exchange OKX, by its REST API V5. Defaults are for production and stand here alone; config/
/// gives them names, units and bounds.
namespace headroom::chain {

struct okx_settings {
  bool enabled = false;
  std::string url = "https://www.okx.com";   // without a slash at the end
  std::chrono::milliseconds timeout{5'000};  // of one answer
  std::string deposit_chain = "USDT-Plasma";
  std::string withdrawal_chain = "USDC-Polygon";  // native USDC; the bridged one has another name
  /// What the account's page shows. Money goes nowhere else, whatever the API says.
  address deposit_address;
  std::string receiver{};            // of a withdrawal, where its rules ask: "private"; "": not
                                     // said
  std::uint32_t slippage_bps = 1;    // an order may pay more than the book's price
  std::uint32_t least_bps = 9'960;   // of the input that an order must bring, whatever the book
  std::uint32_t taker_bps = 10;      // fee, to quote by
  usdc min_order = 1'000'000_micro;  // smaller rests stay at the exchange
  usdc price_step = 100_micro;       // of an order's price
  usdc size_step = 1_micro;          // of its size
  std::uint32_t expected_seconds = 900;
  /// A request whose answer was lost may be found this late. Until then "not found" says nothing.
  std::chrono::seconds not_found_for{600};
};

}  // namespace headroom::chain
