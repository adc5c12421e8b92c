#include "chain/finality.hpp"

#include <algorithm>

namespace headroom::chain {
namespace {

std::optional<eth::block_info> block_of(const rpc_result& r) {
  if (r.status != rpc_status::ok) return std::nullopt;
  const auto read = eth::read_block(r.value);
  return read ? *read : std::nullopt;
}

}  // namespace

std::vector<rpc_request> head_calls(const finality_rule& rule) {
  std::vector<rpc_request> out{eth::block("latest")};
  if (rule.finalized_tag) out.push_back(eth::block("finalized"));
  return out;
}

std::optional<chain_head> read_head(const finality_rule& rule,
                                    std::span<const rpc_result> results) {
  if (results.size() < head_call_count(rule)) return std::nullopt;
  const auto latest = block_of(results[0]);
  if (!latest) return std::nullopt;
  chain_head out{*latest, 0};
  if (latest->number >= rule.confirmations) out.final_number = latest->number - rule.confirmations;
  if (rule.finalized_tag)
    if (const auto finalized = block_of(results[1]))
      out.final_number = std::max(out.final_number, finalized->number);
  return out;
}

}  // namespace headroom::chain
