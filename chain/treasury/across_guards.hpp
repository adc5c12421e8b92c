#pragma once

#include "chain/treasury/across.hpp"
#include "chain/treasury/across_api.hpp"
#include "chain/treasury/across_settings.hpp"

namespace headroom::chain::across {

/// What an offer is judged against: our own order, and the chains' own clocks.
struct deposit_terms {
  deposit_call order;  // tokens, amount, wallets; the offer completes it
  address spoke_pool;  // the listed one
  address destination_spoke_pool;
  std::vector<address> output_tokens;
  std::chrono::seconds fill_window{900};
  std::uint64_t source_time = 0;       // of the source chain's head, unix seconds
  std::uint64_t destination_time = 0;  // of the destination chain's
};

/// A deposit to be signed, or the name of the guard that it violates.
struct guarded_deposit {
  std::optional<deposit_call> call{};
  std::string violated{};
};

/// The guard whose amount is above what relayers fill from stock: smaller ones may pass.
inline constexpr std::string_view instant_guard = "max_deposit_instant";

/// The contract takes a deposit that nobody will ever fill, or that gives everything away: what is
/// signed is checked here, in one place. The deadline is ours: the window from now, never after the
/// API's own.
[[nodiscard]] guarded_deposit guard(const across_guards_settings& g, const deposit_terms& t,
                                    const fee_answer& offer);

}  // namespace headroom::chain::across
