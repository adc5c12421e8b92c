#pragma once

#include <optional>

#include "domain/bytes.hpp"

/// Swaps of one pool through SwapRouter, the variant with a deadline. Approve the router first
/// (chain/evm/erc20.hpp); what was received is `received()` of the output token in the receipt.
namespace headroom::chain::uniswap_v3 {

struct swap {
  address token_in;
  address token_out;
  std::uint32_t fee = 100;  // hundredths of a basis point: 100 is 0.01 %
  address recipient;
  std::uint64_t deadline = 0;  // unix seconds; after it the swap reverts
  std::uint64_t amount_in = 0;
  std::uint64_t min_out = 0;
};

/// QuoterV2.quoteExactInputSingle: not a view function, use eth_call.
[[nodiscard]] byte_vector quote_call(const swap& s);
/// The quoted output; nothing when it does not fit.
[[nodiscard]] std::optional<std::uint64_t> read_quote(byte_view return_data);
/// SwapRouter.exactInputSingle (0x414bf389).
[[nodiscard]] byte_vector swap_call(const swap& s);

/// The least we accept for a quote: `slippage_bps` below it, rounded up.
[[nodiscard]] std::optional<std::uint64_t> min_out_of(std::uint64_t quoted,
                                                      std::uint32_t slippage_bps);

}  // namespace headroom::chain::uniswap_v3
