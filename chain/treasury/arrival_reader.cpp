#include "chain/treasury/arrival_reader.hpp"

#include <algorithm>
#include <future>

#include "chain/evm/abi.hpp"
#include "chain/treasury/receipt_search.hpp"

namespace headroom::chain {
namespace {

constexpr std::uint32_t witnesses_needed = 2;  // where there are two

rpc_result ask(const json_rpc& nodes, rpc_request what, std::optional<std::uint32_t> node = {}) {
  what.node = node;
  auto done = std::make_shared<std::promise<rpc_result>>();
  auto answer = done->get_future();
  nodes.call(std::move(what), [done](rpc_result r) { done->set_value(std::move(r)); });
  return answer.get();
}

/// One node's receipt; nothing when it shows none.
std::optional<eth::receipt> receipt_at(const json_rpc& nodes, std::uint32_t node,
                                       const hash256& tx) {
  const auto r = ask(nodes, eth::transaction_receipt(tx), node);
  return eth::answer(r, eth::read_receipt).value_or(std::nullopt);
}

bool is_final_at(const json_rpc& nodes, std::uint32_t node, const finality_rule& rule,
                 const block_ref& block) {
  std::vector<rpc_result> heads;
  for (auto& call : head_calls(rule)) heads.push_back(ask(nodes, std::move(call), node));
  const auto head = read_head(rule, heads);
  if (!head) return false;
  const auto there = ask(nodes, eth::block(eth::quantity(block.number)), node);
  return judge_block(block, *head, there) == finality::reached;
}

std::optional<usdc> balance_at(const json_rpc& nodes, std::optional<std::uint32_t> node,
                               const address& token, const address& owner) {
  const auto r = ask(nodes, eth::call({std::nullopt, token, balance_of_call(owner), {}}), node);
  const auto data = eth::bytes_of(r);
  const auto value = data ? abi::reader{*data}.number(0) : std::nullopt;
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*value)};
}

/// As far as the node calls its blocks final; by the rule's depth where it names none.
std::optional<chain_head> settled_head(const json_rpc& nodes, std::uint32_t node,
                                       const finality_rule& rule) {
  auto strict = rule;
  if (rule.word == final_by::either) strict.word = final_by::both;
  std::vector<rpc_result> heads;
  for (auto& call : head_calls(strict)) heads.push_back(ask(nodes, std::move(call), node));
  const auto head = read_head(strict, heads);
  return head && !head->tagged ? read_head(rule, heads) : head;
}

/// Nothing for one of nothing.
std::optional<usdc> amount_of(const transfer_event& t) {
  const auto value = t.value.to_u64();
  if (!value || *value == 0 || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*value)};
}

std::vector<arrival> arrivals_in(const eth::receipt& r, const address& token,
                                 std::span<const address> accounts) {
  std::vector<arrival> out;
  for (const auto& log : r.logs) {
    const auto t = decode_transfer(log);
    if (!t || t->token != token) continue;
    if (std::find(accounts.begin(), accounts.end(), t->to) == accounts.end()) continue;
    if (const auto amount = amount_of(*t)) out.push_back({log.index, t->from, *amount});
  }
  return out;
}

}  // namespace

arrival_word ask_arrival(const json_rpc& nodes, std::uint32_t node_count, const finality_rule& rule,
                         const hash256& tx, const address& token,
                         std::span<const address> accounts) {
  arrival_word out;
  std::optional<eth::receipt> first;
  std::uint32_t witnesses = 0;
  std::uint32_t finals = 0;
  for (std::uint32_t node = 0; node < node_count; ++node) {
    const auto r = receipt_at(nodes, node, tx);
    if (!r) continue;
    if (first && (first->block_hash != r->block_hash || first->succeeded != r->succeeded)) {
      out.problem = "the nodes show different receipts";
      return out;
    }
    if (!first) first = r;
    ++witnesses;
    if (is_final_at(nodes, node, rule, block_of(*r))) ++finals;
  }
  const auto needed = std::min(witnesses_needed, node_count);
  if (witnesses < needed) {
    out.problem = std::to_string(witnesses) + " nodes show its receipt, " + std::to_string(needed) +
                  " are needed";
    return out;
  }
  out.known = true;
  out.final = finals >= needed;
  out.succeeded = first->succeeded;
  out.block_number = first->block_number;
  if (out.succeeded) out.arrivals = arrivals_in(*first, token, accounts);
  return out;
}

std::optional<std::vector<recent_arrival>> ask_recent_arrivals(const json_rpc& nodes,
                                                               const finality_rule& rule,
                                                               const log_limits& limits,
                                                               const address& token,
                                                               std::span<const address> accounts) {
  std::vector<rpc_result> heads;
  for (auto& call : head_calls(rule)) heads.push_back(ask(nodes, std::move(call)));
  const auto head = read_head(rule, heads);
  if (!head) return std::nullopt;
  const auto last = head->final_number;
  const auto chunk = std::max<std::uint64_t>(limits.chunk, 1);
  const auto first = last - std::min(last, chunk * limits.chunks);
  std::vector<recent_arrival> out;
  for (const auto& account : accounts)
    for (auto from = first; from <= last; from += chunk) {
      eth::log_filter f;
      f.from_block = from;
      f.to_block = eth::quantity(std::min(last, from + chunk - 1));
      f.emitter = token;
      f.topics = {transfer_topic(), std::nullopt, abi::word_of(account)};
      const auto logs = eth::answer(ask(nodes, eth::logs(f)), eth::read_logs);
      if (!logs) return std::nullopt;
      for (const auto& log : *logs) {
        const auto t = decode_transfer(log);
        const auto amount = t ? amount_of(*t) : std::nullopt;
        if (t && amount)
          out.push_back({log.tx_hash, log.block_number, {log.index, t->from, *amount}});
      }
    }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.block_number < b.block_number; });
  return out;
}

std::optional<usdc> ask_balance(const json_rpc& nodes, const address& token, const address& owner) {
  return balance_at(nodes, {}, token, owner);
}

std::optional<usdc> ask_least_balance(const json_rpc& nodes, std::uint32_t node_count,
                                      const address& token, const address& owner) {
  std::optional<usdc> least;
  std::uint32_t witnesses = 0;
  for (std::uint32_t node = 0; node < node_count; ++node) {
    const auto shown = balance_at(nodes, node, token, owner);
    if (!shown) continue;
    least = least ? std::min(*least, *shown) : *shown;
    ++witnesses;
  }
  return witnesses >= std::min(witnesses_needed, node_count) ? least : std::nullopt;
}

std::string why_not_settled(const json_rpc& nodes, std::uint32_t node_count,
                            const finality_rule& rule, const std::vector<chain_operation>& rows) {
  if (rows.empty()) return {};
  const auto acting = acting_attempts(rows);
  std::uint32_t witnesses = 0;
  for (std::uint32_t node = 0; node < node_count; ++node) {
    const auto head = settled_head(nodes, node, rule);
    const auto count =
        head ? eth::answer(ask(nodes,
                               eth::transaction_count(rows.front().account,
                                                      eth::quantity(head->final_number)),
                               node),
                           eth::read_number)
             : std::nullopt;
    if (!count) continue;
    if (*count <= rows.front().nonce) return "its end is in no final block yet: wait";
    bool all_read = true;
    for (const auto& tx : acting) {
      const auto r = eth::answer(ask(nodes, eth::transaction_receipt(tx), node), eth::read_receipt);
      all_read = all_read && r.has_value();
      if (r && *r && (*r)->succeeded) return "a node shows that " + tx.hex() + " succeeded";
    }
    if (all_read) ++witnesses;
  }
  if (witnesses < std::min(witnesses_needed, node_count))
    return "too few nodes say now what became of it";
  return {};
}

account_word ask_account(const json_rpc& nodes, const address& account) {
  account_word out;
  const auto count = [&](const char* block) {
    return eth::answer(ask(nodes, eth::transaction_count(account, block)), eth::read_number);
  };
  out.latest = count("latest");
  out.pending = count("pending");
  out.coins = eth::answer(ask(nodes, eth::balance(account)), eth::read_word);
  return out;
}

std::optional<gas_fees> ask_fees(const json_rpc& nodes, const wallet_settings& s) {
  const auto base = eth::answer(ask(nodes, eth::fee_history()), eth::read_next_base_fee);
  if (!base) return std::nullopt;
  const auto tip = eth::answer(ask(nodes, eth::max_priority_fee()), eth::read_number);
  return eth::suggest_fees(*base, tip.value_or(s.min_tip_wei), s.min_tip_wei, s.base_fee_percent);
}

eth::send_verdict send_stored(const json_rpc& nodes, byte_view raw) {
  return eth::judge_send(ask(nodes, eth::send_raw_transaction(raw)));
}

}  // namespace headroom::chain
