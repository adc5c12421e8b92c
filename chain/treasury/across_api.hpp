#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"
#include "net/http_client.hpp"

/// Across' HTTP API as far as deposits need it: one question, never kept (the API forbids it, and a
/// quote is good for minutes). Nothing it says is believed of money: guards, contracts and events
/// are.
namespace headroom::chain::across {

struct fee_question {
  address input_token;
  address output_token;
  std::uint64_t origin_chain_id = 0;
  std::uint64_t destination_chain_id = 0;
  std::uint64_t amount = 0;
  address recipient;
};
/// GET /suggested-fees. @param key, integrator_id  may be empty: then strict limits hold.
[[nodiscard]] net::http_request fees_request(const std::string& api_url, const std::string& key,
                                             const std::string& integrator_id,
                                             const fee_question& q);

/// What relayers would do with an amount now. Amounts in the token's smallest unit.
struct fee_answer {
  std::uint64_t output_amount = 0;
  std::uint64_t total_fee = 0;
  std::uint64_t quote_timestamp = 0;
  std::uint64_t fill_deadline = 0;
  address exclusive_relayer;
  std::uint64_t exclusivity = 0;
  address spoke_pool;
  address destination_spoke_pool;
  std::optional<address> output_token{};  // as the API understood us
  std::uint64_t fill_seconds = 0;
  bool too_low = false;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  std::uint64_t most_at_once = 0;  // filled from stock; above it relayers wait for theirs
};

/// One of the two. A problem is words for a human: the API's code, or that it has not answered.
struct fee_reading {
  std::optional<fee_answer> offer{};
  std::string problem{};
  bool refused = false;  // its own no to this amount or pair; else it could not say
};
[[nodiscard]] fee_reading read_fees(const net::http_result& r);

}  // namespace headroom::chain::across
