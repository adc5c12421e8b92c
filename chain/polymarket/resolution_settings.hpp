#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "chain/evm/evm_settings.hpp"
#include "chain/polymarket/contracts_settings.hpp"

/// How resolved markets are found and proven. Defaults are for production and stand here alone.
namespace headroom::chain::polymarket {

struct resolution_settings {
  std::string clob_url = "https://clob.polymarket.com";  // both without a slash at the end
  std::string gamma_url = "https://gamma-api.polymarket.com";
  std::chrono::milliseconds read_timeout{5'000};
  std::uint64_t chain_id = 137;
  finality_rule finality;
  contract_settings contracts;
  /// Of the looks at a condition that the API calls open, each so-many-th asks the chain all the
  /// same: the API may be wrong for ever.
  std::uint32_t chain_every = 6;
  std::size_t max_open = 256;       // questions in progress, then `overloaded`
  std::size_t most_tokens = 5'000;  // of one question about what is held
};

}  // namespace headroom::chain::polymarket
