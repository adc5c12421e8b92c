#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chain/polymarket/answers.hpp"
#include "domain/placement.hpp"

/// Every answer to POST /order that is documented or was seen (facts/polymarket.md 4.2 and changes
/// 11 to 18 of 2026-11-29), and what becomes of the money.
namespace headroom::chain::test {

struct post_row {
  unsigned status = 0;
  std::string body;  // row_hash() stands in it for the order's own
  venue_verdict verdict = venue_verdict::unknown;
  std::string_view reason;
  polymarket::stop_scope scope = polymarket::stop_scope::none;
  placement_step first{};  // after the order's first POST
  placement_step later{};  // when an earlier POST of it may have arrived
  int wait = 0;            // seconds that it asks for
};

[[nodiscard]] const hash256& row_hash();
[[nodiscard]] const std::vector<post_row>& post_rows();

}  // namespace headroom::chain::test
