#pragma once

#include <chrono>
#include <cstdint>
#include <string>

/// What decides about money or patience on one chain. Defaults are for production; each has bounds
/// (chain_limits.cpp), so that no typing mistake makes a wallet careless.
namespace headroom::config {

/// What a transaction may cost, and when a used nonce without a receipt becomes a question.
struct wallet_limits {
  std::uint64_t max_fee_wei = 5'000'000'000'000;  // per gas; above it nothing is signed
  std::uint64_t max_tx_fee_wei = 1'000'000'000'000'000'000ULL;  // gas limit x max fee
  std::uint32_t bump_percent = 25;                              // per raise; nodes want 10 at least
  std::uint32_t base_fee_percent = 200;  // of the base fee, in a first max fee
  std::uint32_t gas_pad_percent = 50;    // on top of an estimate
  std::uint32_t looks_before_search = 5;
  std::chrono::milliseconds search_again{2'000};
  std::chrono::milliseconds lone_witness{10'000};  // between two words of the only node there is
  std::chrono::seconds doubt_after{60};            // then in doubt, and an alert
};

/// When one of the chain's nodes is left alone.
struct node_limits {
  std::chrono::milliseconds skip_after_failure{3'000};
  std::chrono::milliseconds skip_after_silence{30'000};
  std::chrono::milliseconds longest_rest{30'000};   // of what a node may ask for with Retry-After
  std::chrono::milliseconds compare_heads{10'000};  // how often, while calls are made
  std::uint64_t most_blocks_behind = 10;
  std::chrono::seconds most_seconds_behind{30};
};

/// eth_getLogs: blocks per call, and calls per search.
struct log_limits {
  std::uint64_t chunk = 2'000;
  std::uint32_t chunks = 50;
};

/// The first field out of its bounds and what they are, after `name` ("plasma"); "" when all fit.
[[nodiscard]] std::string check(const wallet_limits& x, const std::string& name);
[[nodiscard]] std::string check(const node_limits& x, const std::string& name);
[[nodiscard]] std::string check(const log_limits& x, const std::string& name);

}  // namespace headroom::config
