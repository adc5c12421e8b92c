#include "chain/polymarket/resolution_reader.hpp"

#include <future>

#include "chain/evm/abi.hpp"

namespace headroom::chain::polymarket {
namespace {

rpc_result ask(const json_rpc& nodes, rpc_request what) {
  auto done = std::make_shared<std::promise<rpc_result>>();
  auto answer = done->get_future();
  nodes.call(std::move(what), [done](rpc_result r) { done->set_value(std::move(r)); });
  return answer.get();
}

}  // namespace

condition_word ask_condition(const json_rpc& nodes, const finality_rule& rule,
                             const contract_settings& contracts, const hash256& condition,
                             std::span<const address> accounts, std::span<const uint256> tokens) {
  condition_word out;
  std::vector<rpc_result> heads;
  for (auto& call : head_calls(rule)) heads.push_back(ask(nodes, std::move(call)));
  const auto head = read_head(rule, heads);
  if (!head) return out;
  const auto read = [&](byte_vector data) {
    auto question = eth::call({std::nullopt, contracts.conditional_tokens, std::move(data), {}},
                              eth::quantity(head->final_number));
    question.node = head->node;
    return eth::bytes_of(ask(nodes, std::move(question)));
  };
  const auto number = [&](byte_vector data) {
    const auto answer = read(std::move(data));
    return answer ? abi::reader{*answer}.number(0) : std::nullopt;
  };
  const auto denominator = number(payout_denominator_call(condition));
  if (!denominator) return out;
  out.payouts.denominator = *denominator;
  for (std::size_t slot = 0; *denominator > 0 && slot < tokens.size(); ++slot) {
    const auto numerator = number(payout_numerator_call(condition, slot));
    if (!numerator) return out;
    out.payouts.numerators.push_back(*numerator);
  }
  for (const auto& account : accounts) {
    const auto answer = read(shares_held_call({&account, 1}, tokens));
    auto held = answer ? read_shares_held(*answer, tokens.size()) : std::nullopt;
    if (!held) return out;
    out.held.push_back(std::move(*held));
  }
  out.known = true;
  return out;
}

receipt_word ask_transaction(const json_rpc& nodes, const finality_rule& rule,
                             const hash256& transaction) {
  const auto at = [&](rpc_request what, std::uint32_t node) {
    what.node = node;
    return ask(nodes, std::move(what));
  };
  std::vector<rpc_result> words{at(eth::transaction_receipt(transaction), 0)};
  for (std::uint32_t node = 1; node < words.front().nodes; ++node)
    words.push_back(at(eth::transaction_receipt(transaction), node));
  auto out = judge_receipts(words, transaction);
  if (!out.refused.empty()) return out;
  std::vector<rpc_result> heads;
  for (auto& call : head_calls(rule)) heads.push_back(at(std::move(call), out.node));
  const auto head = read_head(rule, heads);
  const auto block = block_of(out.receipt);
  const auto now =
      head ? judge_block(block, *head, at(eth::block(eth::quantity(block.number)), out.node))
           : finality::unreadable;
  if (now == finality::unreadable) out.refused = unproven::unreadable;
  if (now == finality::pending || now == finality::replaced) out.refused = unproven::not_final;
  return out;
}

}  // namespace headroom::chain::polymarket
