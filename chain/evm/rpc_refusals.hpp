#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "chain/evm/json_rpc.hpp"

/// What a node's error says of the node, not of the question: public nodes have a code and a
/// sentence each (facts/conversion.md 7, last part).
namespace headroom::chain {

/// "Too many requests", in any provider's words: nothing was done, the next node may do it.
[[nodiscard]] bool is_limit(const rpc_error& e);
/// eth_getLogs: the range, or what would be found in it, is more than the node gives at once. A
/// smaller piece may pass.
[[nodiscard]] bool is_range_refusal(const rpc_error& e);
/// "… retry in 10s".
[[nodiscard]] std::optional<std::chrono::seconds> wait_in_words(std::string_view message);

}  // namespace headroom::chain
