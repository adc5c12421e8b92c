#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "domain/reports.hpp"

namespace headroom::chain {

/// What `balanceOf` says; a balance beyond what we count in is as much as we count.
[[nodiscard]] inline std::optional<usdc> balance_said(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  const auto value = data ? abi::reader{*data}.number(0) : std::nullopt;
  if (!value) return std::nullopt;
  return usdc{static_cast<std::int64_t>(std::min(*value, std::uint64_t{INT64_MAX}))};
}

/// What an account may pay from, by two answers of one node: what it has finally, and not more than
/// it has now.
[[nodiscard]] inline std::optional<usdc> covered_by(const rpc_result& at_final,
                                                    const rpc_result& now) {
  const auto settled = balance_said(at_final);
  const auto newest = balance_said(now);
  if (!settled || !newest) return std::nullopt;
  return std::min(*settled, *newest);
}

/// What of the account that conversions end on is paid in already: a conversion that moves nothing
/// (direct) ends only while what it was paid with is there, and so will those that are not open
/// yet.
[[nodiscard]] inline usdc claimed_by_direct(const trial_balance& books) {
  auto out = books.waits_here;
  for (const auto& x : books.moving)
    if (x.where == money_place::beside) out = add_saturating(out, x.amount);
  return out;
}

}  // namespace headroom::chain
