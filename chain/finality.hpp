#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/eth.hpp"

namespace headroom::chain {

/// When a block counts as final: deep enough, or behind the node's `finalized` block, whichever
/// comes first. A node without that tag leaves the depth.
struct finality_rule {
  std::uint64_t confirmations = 12;  // blocks on top of it; 0: mined is final
  bool finalized_tag = true;
};

/// How far a chain is, by one look.
struct chain_head {
  eth::block_info latest;
  std::uint64_t final_number = 0;  // the newest block that is final

  [[nodiscard]] bool is_final(std::uint64_t block) const noexcept { return block <= final_number; }
};

/// The calls of one look, to be read by read_head in the same order.
[[nodiscard]] std::vector<rpc_request> head_calls(const finality_rule& rule);
/// Nothing when `latest` is unreadable.
[[nodiscard]] std::optional<chain_head> read_head(const finality_rule& rule,
                                                  std::span<const rpc_result> results);
[[nodiscard]] inline std::size_t head_call_count(const finality_rule& rule) noexcept {
  return rule.finalized_tag ? 2 : 1;
}

}  // namespace headroom::chain
