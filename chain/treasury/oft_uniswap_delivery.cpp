#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/log_search.hpp"
#include "chain/treasury/layerzero.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_uniswap_run.hpp"

/// The message on its way: its arrival is looked for by guid. One that is verified and that nobody
/// executes is executed by our own outbox, once.
namespace headroom::chain {
namespace {

constexpr std::string_view stuck_alert = "route.delivery_stuck";
constexpr std::size_t most_deliveries = 256;
constexpr std::uint32_t look_at_all = 16;

/// Of the message, whatever conversion it belongs to: it can be executed once.
operation_id rescue_of(const hash256& guid) {
  return operation_id::from_digest(keccak256("deliver/" + guid.hex()));
}

}  // namespace

/// From the block on record to the head, which is one question while the range is one that nodes
/// take; the head itself is asked for only when there is something to judge by it.
void oft_uniswap_run::look_for_arrival() {
  // Nodes answer [] for what they have forgotten: now and then all of them are asked.
  const auto waited = st_.deliveries.find(detail_.guid);
  const bool ask_all = waited != st_.deliveries.end() && waited->second.looks % look_at_all == 0;
  if (!detail_.from_block || ask_all) return search_arrival();
  eth::log_filter filter;
  filter.from_block = *detail_.from_block;
  filter.emitter = s_.polygon.messenger;
  filter.topics = {oft::received_topic(), detail_.guid};
  ask(st_.polygon, {eth::logs(filter)}, [run = me()](std::vector<rpc_result>& r) {
    const auto logs = eth::answer(r[0], eth::read_logs);
    if (!logs) return run->search_arrival();
    if (logs->empty()) return run->not_arrived();
    run->arrived(*logs, r[0].node);
  });
}

void oft_uniswap_run::search_arrival() {
  ask(st_.polygon, head_calls(s_.polygon.finality), [run = me()](std::vector<rpc_result>& results) {
    const auto head = read_head(run->s_.polygon.finality, results);
    if (!head) return run->unreadable("the destination chain is silent");
    run->find_arrival(*head);
  });
}

/// Forwards from the block on record, which moves on past what was searched: after a long outage
/// one look does not reach the head, and the next one goes on. Done with are only final blocks that
/// more than one node shows empty.
void oft_uniswap_run::find_arrival(const chain_head& head) {
  log_search s;
  s.filter.emitter = s_.polygon.messenger;
  s.filter.topics = {oft::received_topic(), detail_.guid};
  s.highest = head.latest.number;
  if (!detail_.from_block)
    detail_.from_block = s.highest > s_.searched_at_least ? s.highest - s_.searched_at_least : 0;
  s.lowest = *detail_.from_block;
  s.chunk = st_.taken_chunk == 0 ? s_.polygon.logs.chunk
                                 : std::min(s_.polygon.logs.chunk, 2 * st_.taken_chunk);
  s.max_chunks = s_.polygon.logs.chunks;
  s.every_node = true;
  const auto lowest = s.lowest;
  search_logs_forward(self_, st_.polygon, std::move(s),
                      [run = me(), head, lowest](const log_findings& found) {
                        run->calls_ += found.requests;
                        if (!found.readable)
                          return run->unreadable("the destination chain is silent");
                        run->st_.taken_chunk = found.chunk;
                        if (!found.logs.empty()) return run->arrived(found.logs, found.node);
                        const auto next = std::min(found.next, head.final_number + 1);
                        if (next > lowest + found.chunk / 2) run->detail_.from_block = next;
                        if (found.complete) return run->not_arrived();
                        run->waiting("looks for the delivery, block by block");
                      });
}

/// By the node that showed it: another may not have that block, or another one in its place.
void oft_uniswap_run::arrived(const std::vector<log_entry>& logs, std::uint32_t node) {
  const auto event = oft::find_received(logs, s_.polygon.messenger, detail_.guid);
  const auto amount = event ? event->amount.to_u64() : std::nullopt;
  if (!amount || *amount > static_cast<std::uint64_t>(INT64_MAX) || event->to != s_.polygon_wallet)
    return unreadable("the arrival is not what was sent");
  const auto& log = logs.front();
  calls_ += static_cast<std::uint32_t>(head_call_count(s_.polygon.finality) + 1);
  ask_finality(self_, st_.polygon, s_.polygon.finality, block_of(log), node,
               [run = me(), tx = log.tx_hash,
                received = usdc{static_cast<std::int64_t>(*amount)}](finality f) {
                 switch (f) {
                   case finality::unreadable:
                     return run->unreadable("the destination chain is silent");
                   case finality::pending: return run->waiting("delivered, not final yet");
                   case finality::replaced:
                     return run->waiting("delivered in a block that was replaced");
                   case finality::reached: break;
                 }
                 run->tx_ = tx;
                 run->st_.deliveries.erase(run->detail_.guid);
                 run->w_.dir.gauges.alerts().clear(stuck_alert, run->detail_.guid.hex(),
                                                   run->w_.now());
                 run->done(received);
               });
}

// -- the rescue ----------------------------------------------------------------------------------

void oft_uniswap_run::not_arrived() {
  auto& all = st_.deliveries;
  const auto now = self_->clock().now();
  if (all.size() >= most_deliveries && !all.contains(detail_.guid))
    all.erase(std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.second.first_look < b.second.first_look;
    }));
  auto& d = all.try_emplace(detail_.guid, oft_uniswap_state::delivery{now}).first->second;
  ++d.looks;
  // Most messages come by themselves: nothing more is asked at first.
  if (!packet_ || now - d.first_look < s_.rescue_after / 2) return waiting("waits for delivery");
  consider_rescue();
}

void oft_uniswap_run::consider_rescue() {
  const auto id = rescue_of(detail_.guid);
  where_is(on_polygon(s_), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: break;
      case operation_state::pending: return run->waiting("executes the delivery");
      case operation_state::confirmed: return run->waiting("executed, not seen yet");
      case operation_state::reverted:
        return run->rescue_is_stuck("our execution of it reverted in " + r.tx_hash.hex());
      case operation_state::dropped:
        return run->rescue_is_stuck("the nonce of our execution of it was used by another");
      case operation_state::in_doubt: return run->waiting("executes the delivery");
    }
    if (run->st_.endpoint) return run->ask_verified(id, *run->st_.endpoint);
    run->ask(run->st_.polygon,
             {eth::call({std::nullopt, run->s_.polygon.messenger, layerzero::endpoint_call(), {}})},
             [run, id](std::vector<rpc_result>& found) {
               const auto data = eth::bytes_of(found[0]);
               const auto endpoint = data ? abi::reader{*data}.account(0) : std::nullopt;
               if (!endpoint) return run->waiting("waits for delivery");
               run->st_.endpoint = *endpoint;
               run->ask_verified(id, *endpoint);
             });
  });
}

void oft_uniswap_run::ask_verified(const operation_id& rescue, const address& endpoint) {
  ask(st_.polygon,
      {eth::call({std::nullopt, endpoint, layerzero::payload_hash_call(*packet_), {}})},
      [run = me(), rescue, endpoint](std::vector<rpc_result>& r) {
        const auto data = eth::bytes_of(r[0]);
        const auto hash = data ? abi::reader{*data}.word(0) : std::nullopt;
        if (hash && *hash != uint256{}) return run->verified(rescue, endpoint);
        const auto i = run->st_.deliveries.find(run->detail_.guid);
        if (hash && i != run->st_.deliveries.end()) i->second.verified_at.reset();
        run->waiting("waits for delivery");
      });
}

void oft_uniswap_run::verified(const operation_id& rescue, const address& endpoint) {
  const auto now = self_->clock().now();
  const auto i = st_.deliveries.find(detail_.guid);
  if (i == st_.deliveries.end()) return waiting("waits for delivery");
  auto& since = i->second.verified_at;
  if (!since) since = now;
  if (now - *since < s_.rescue_after) return waiting("waits for delivery: verified, not executed");
  send(on_polygon(s_), rescue, "deliver", {endpoint, layerzero::receive_call(*packet_), {}, 0});
}

void oft_uniswap_run::rescue_is_stuck(std::string_view why) {
  w_.dir.gauges.alerts().raise(stuck_alert, detail_.guid.hex(), why, w_.now());
  waiting("verified, but its execution fails: " + std::string{why});
}

}  // namespace headroom::chain
