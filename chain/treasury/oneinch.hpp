#pragma once

#include <optional>
#include <string>

#include "domain/bytes.hpp"
#include "net/http_client.hpp"

/// 1inch's Classic Swap API v6.1 as far as our swap needs it: one question, whose answer is
/// calldata for its router. Nothing is signed that was not read field by field and found to be what
/// was asked for; then the router itself holds it to its minimum.
namespace headroom::chain::oneinch {

/// What is asked for, and what its calldata must say.
struct swap_terms {
  address router;
  address token_in;
  address token_out;
  std::uint64_t amount = 0;
  address wallet;  // pays and receives
  std::uint32_t slippage_bps = 0;
};

/// GET /swap: no partial fill, the one selector that we read, no look at our balance and allowance
/// (a quote comes before the approval).
[[nodiscard]] net::http_request swap_request(const std::string& api_url, const std::string& key,
                                             const swap_terms& t);

/// An answer that is what was asked for.
struct checked_swap {
  std::uint64_t out = 0;      // that it promises
  std::uint64_t minimum = 0;  // in the calldata
  byte_vector data;
};

/// One of the three. `problem`: it made no offer, in words for a human. `unsafe`: it made one that
/// would do something else; the field that is wrong.
struct swap_reading {
  std::optional<checked_swap> swap{};
  std::string problem{};
  std::string unsafe{};
  bool refused = false;  // its own no to this amount or pair; else it could not say
};
[[nodiscard]] swap_reading read_swap(const net::http_result& r, const swap_terms& t);

/// The same call with at least this minimum: theirs when it is higher. The rest stays as checked.
[[nodiscard]] byte_vector with_minimum(const checked_swap& s, std::uint64_t least);

}  // namespace headroom::chain::oneinch
