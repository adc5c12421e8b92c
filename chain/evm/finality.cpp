#include "chain/evm/finality.hpp"

#include <algorithm>

namespace headroom::chain {
namespace {

std::optional<eth::block_info> read(const rpc_result& r) {
  return eth::answer(r, eth::read_block).value_or(std::nullopt);
}

}  // namespace

std::vector<rpc_request> head_calls(const finality_rule& rule) {
  std::vector<rpc_request> out{eth::block("latest")};
  if (rule.asks_for_tag()) out.push_back(eth::block("finalized"));
  return out;
}

std::optional<chain_head> read_head(const finality_rule& rule,
                                    std::span<const rpc_result> results) {
  if (results.size() < head_call_count(rule)) return std::nullopt;
  const auto latest = read(results[0]);
  if (!latest) return std::nullopt;
  chain_head out{*latest};
  out.node = results[0].node;
  if (rule.asks_for_tag())
    if (const auto finalized = read(results[1])) out.tagged = finalized->number;
  const auto deep = latest->number - std::min(latest->number, rule.confirmations);
  const auto tagged = out.tagged.value_or(0);  // without one no block but the first
  switch (rule.word) {
    case final_by::confirmations: out.final_number = deep; break;
    case final_by::tag: out.final_number = tagged; break;
    case final_by::either: out.final_number = std::max(deep, tagged); break;
    case final_by::both: out.final_number = std::min(deep, tagged); break;
  }
  return out;
}

finality judge_block(const block_ref& block, const chain_head& head,
                     const rpc_result& at_that_height) {
  const auto found = eth::answer(at_that_height, eth::read_block);
  if (!found) return finality::unreadable;
  if (!*found || (*found)->hash != block.hash) return finality::replaced;
  return head.is_final(block.number) ? finality::reached : finality::pending;
}

}  // namespace headroom::chain
