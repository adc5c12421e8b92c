#include "chain/polymarket/exchange_reader.hpp"

#include <algorithm>
#include <future>

namespace headroom::chain::polymarket {
namespace {

constexpr std::uint64_t blocks_per_question = 2'000;
constexpr std::uint64_t blocks_at_most = 100'000;

rpc_result ask(const json_rpc& nodes, rpc_request what) {
  auto done = std::make_shared<std::promise<rpc_result>>();
  auto answer = done->get_future();
  nodes.call(std::move(what), [done](rpc_result r) { done->set_value(std::move(r)); });
  return answer.get();
}

std::optional<bool> touched(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  return data ? read_order_status(*data) : std::nullopt;
}

/// Nothing when a part of the range cannot be read.
std::optional<std::vector<log_entry>> fills(const json_rpc& nodes, const signed_order& order,
                                            std::uint64_t from, std::uint64_t to) {
  std::vector<log_entry> out;
  for (auto first = from; first <= to; first += blocks_per_question) {
    eth::log_filter f;
    f.from_block = first;
    f.to_block = eth::quantity(std::min(to, first + blocks_per_question - 1));
    f.emitter = order.exchange.contract;
    f.topics = {order_filled_topic(), order.hash};
    const auto r = ask(nodes, eth::logs(f));
    const auto logs = eth::answer(r, eth::read_logs);
    if (!logs) return std::nullopt;
    out.insert(out.end(), logs->begin(), logs->end());
  }
  return out;
}

}  // namespace

exchange_word ask_exchange(const json_rpc& nodes, const finality_rule& rule,
                           const signed_order& order, timestamp since, timestamp now) {
  exchange_word out;
  std::vector<rpc_result> heads;
  for (auto& call : head_calls(rule)) heads.push_back(ask(nodes, std::move(call)));
  const auto head = read_head(rule, heads);
  if (!head) return out;

  const auto at = eth::quantity(head->final_number);
  const eth::call_parameters question{
      std::nullopt, order.exchange.contract, order_status_call(order.hash), {}};
  const auto then = touched(ask(nodes, eth::call(question, at)));
  const auto latest = touched(ask(nodes, eth::call(question)));
  const auto block = ask(nodes, eth::block(at));
  const auto read = eth::answer(block, eth::read_block);
  out.touched = then.value_or(false) || latest.value_or(false);
  out.status_known = then && latest && read && *read;
  if (out.status_known)
    out.final_time = timestamp::of_seconds(static_cast<std::int64_t>((*read)->timestamp));

  const auto newest = head->latest.number;
  const bool noted = order.terms && order.terms->block > 0 && order.terms->block <= newest;
  const auto first = noted ? order.terms->block : block_before(newest, since, now);
  const auto lowest = std::max(first, newest - std::min(newest, blocks_at_most));
  const auto logs = fills(nodes, order, lowest, newest);
  if (!logs || lowest > first) return out;
  const auto& exchange = order.exchange.contract;
  const auto sum = [&](std::uint64_t last_block) {
    return charged_in(*logs, exchange, order.hash, order.body.side, last_block);
  };
  const auto all = sum(UINT64_MAX);
  const auto final = sum(head->final_number);
  out.events_known = all && final;
  if (out.events_known) {
    out.filled = *all;
    out.final = *final;
  }
  return out;
}

}  // namespace headroom::chain::polymarket
