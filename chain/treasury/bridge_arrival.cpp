#include "chain/treasury/bridge_step.hpp"

#include <algorithm>

namespace headroom::chain {
namespace {

constexpr std::size_t most_waited = 256;
constexpr std::uint32_t look_at_all = 16;
constexpr std::uint32_t most_rounds = 16;  // pieces that hold others' events alone

}  // namespace

bridge_step::bridge_step(const leg_house& house, actors::run_step x, promise p,
                         arrival_memory& memory, leg_chain to)
    : sending_step{house.self, *house.w, *house.tally, std::move(x), std::move(p)},
      memory_{memory},
      to_{std::move(to)} {}

void bridge_step::look_for_arrival() {
  // Nodes answer [] for what they have forgotten: now and then all of them are asked.
  const auto waited = memory_.waited.find(detail_.guid);
  const bool ask_all_nodes =
      waited != memory_.waited.end() && waited->second.looks % look_at_all == 0;
  if (!detail_.from_block || ask_all_nodes) return search_arrival();
  const auto place = place_of_arrival();
  eth::log_filter filter;
  filter.from_block = *detail_.from_block;
  filter.emitter = place.emitter;
  filter.topics = place.topics;
  ask(to_.nodes, {eth::logs(filter)}, [run = me()](std::vector<rpc_result>& r) {
    const auto logs = eth::answer(r[0], eth::read_logs);
    if (!logs) return run->search_arrival();
    if (const auto* log = run->arrival_in(*logs)) return run->judge(*log, r[0].node);
    if (!logs->empty() && !run->others_may_emit())
      return run->unreadable("the arrival is not what was sent");
    run->nothing_found();
  });
}

void bridge_step::search_arrival() {
  calls_ += static_cast<std::uint32_t>(head_call_count(to_.finality));
  ask_one_node(self_, to_.nodes, head_calls(to_.finality), std::nullopt,
               [run = me()](std::vector<rpc_result>& results) {
                 const auto head = read_head(run->to_.finality, results);
                 if (!head) return run->unreadable("the destination chain is silent");
                 run->find_arrival(*head);
               });
}

/// Forwards from the block on record, which moves on past what was searched: after a long outage
/// one look does not reach the head, and the next one goes on. Done with are only final blocks that
/// more than one node shows empty.
void bridge_step::find_arrival(const chain_head& head) {
  const auto highest = head.latest.number;
  if (!detail_.from_block)
    detail_.from_block = highest > searched_at_least ? highest - searched_at_least : 0;
  search_from(*detail_.from_block, head, 0);
}

void bridge_step::search_from(std::uint64_t lowest, const chain_head& head, std::uint32_t rounds) {
  auto place = place_of_arrival();
  log_search s;
  s.filter.emitter = place.emitter;
  s.filter.topics = std::move(place.topics);
  s.lowest = lowest;
  s.highest = head.latest.number;
  s.chunk =
      memory_.taken_chunk == 0 ? to_.logs.chunk : std::min(to_.logs.chunk, 2 * memory_.taken_chunk);
  s.max_chunks = to_.logs.chunks;
  s.every_node = true;
  search_logs_forward(self_, to_.nodes, std::move(s),
                      [run = me(), head, lowest, rounds](const log_findings& found) {
                        run->calls_ += found.requests;
                        if (!found.readable)
                          return run->unreadable("the destination chain is silent");
                        run->memory_.taken_chunk = found.chunk;
                        if (const auto* log = run->arrival_in(found.logs))
                          return run->judge(*log, found.node);
                        if (!found.logs.empty() && !run->others_may_emit())
                          return run->unreadable("the arrival is not what was sent");
                        // A piece with others' events is one node's word: it is searched again next
                        // time.
                        const bool alone = rounds == 0 && found.logs.empty();
                        const auto next = std::min(found.next, head.final_number + 1);
                        if (alone && next > lowest + found.chunk / 2)
                          run->detail_.from_block = next;
                        if (found.complete) return run->nothing_found();
                        if (!found.logs.empty() && rounds < most_rounds)
                          return run->search_from(found.walked, head, rounds + 1);
                        run->waiting("looks for the arrival, block by block");
                      });
}

const log_entry* bridge_step::arrival_in(const std::vector<log_entry>& logs) const {
  const auto i = std::find_if(logs.begin(), logs.end(),
                              [this](const auto& log) { return brought_by(log).has_value(); });
  return i == logs.end() ? nullptr : &*i;
}

/// By the node that showed it: another may not have that block, or another one in its place.
void bridge_step::judge(const log_entry& log, std::uint32_t node) {
  const auto amount = brought_by(log).value_or(usdc{});
  if (amount > most_of_arrival())
    return unreadable("the arrival by " + log.tx_hash.hex() + " says " + to_string(amount) +
                      ", and " + to_string(x_.amount_in) + " were sent");
  arrival_is_final(log, node, amount);
}

void bridge_step::arrival_is_final(const log_entry& log, std::uint32_t node, usdc amount) {
  when_final(to_, block_of(log), node, "destination", std::string{arrived_word()},
             [run = me(), log, node, amount] { run->check_receipts(log, node, amount); });
}

/// The receipt must show what the event says. One node's word is enough for what is small: of a
/// large amount another node must show the same, and have it final.
void bridge_step::check_receipts(const log_entry& log, std::uint32_t node, usdc amount) {
  const bool large = to_.finality.is_large(at_stake_);
  if (asked_again() || (!large && !token_of_arrival())) return take(log, amount);
  auto call = eth::transaction_receipt(log.tx_hash);
  const auto weighed = [run = me(), log, node, amount](const std::vector<rpc_result>& words) {
    run->weigh(log, node, amount, words);
  };
  if (large) {
    ++calls_;
    return ask_every_node(self_, to_.nodes, std::move(call), weighed);
  }
  call.node = node;
  ask(to_.nodes, {std::move(call)}, weighed);
}

void bridge_step::weigh(const log_entry& log, std::uint32_t node, usdc amount,
                        const std::vector<rpc_result>& words) {
  const auto same = [&](const log_entry& x) {
    return x.emitter == log.emitter && x.topics == log.topics && x.data == log.data &&
           x.index == log.index;
  };
  const auto token = token_of_arrival();
  bool shown = false;
  std::optional<std::uint32_t> other;
  for (const auto& word : words) {
    const auto receipt = eth::answer(word, eth::read_receipt);
    if (!receipt || !*receipt || (*receipt)->block_hash != log.block_hash) continue;
    const auto& logs = (*receipt)->logs;
    if (!(*receipt)->succeeded || std::none_of(logs.begin(), logs.end(), same)) continue;
    const auto got = token ? received(logs, *token, to_.wallet) : std::nullopt;
    if (token && (!got || *got < amount.micro))
      return unreadable("the arrival by " + log.tx_hash.hex() + " brought us less than " +
                        to_string(amount) + " of " + token->hex());
    if (word.node == node) {
      shown = true;
    } else {
      other = word.node;
    }
  }
  const std::string word{arrived_word()};
  if (!shown) return waiting(word + ": its receipt is not seen yet");
  if (words.size() == 1) return take(log, amount);
  if (!other) return waiting(word + ": one node alone shows it");
  when_final(to_, block_of(log), other, "destination", word,
             [run = me(), log, amount] { run->take(log, amount); });
}

void bridge_step::take(const log_entry& log, usdc amount) {
  tx_ = log.tx_hash;
  memory_.waited.erase(detail_.guid);
  arrived();
  detail_.note = "final";
  done(amount);
}

void bridge_step::nothing_found() {
  if (asked_again()) return not_seen(to_, x_.proof, "its arrival is not seen");
  auto& all = memory_.waited;
  if (all.size() >= most_waited && !all.contains(detail_.guid))
    all.erase(std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.second.first_look < b.second.first_look;
    }));
  auto& entry =
      all.try_emplace(detail_.guid, arrival_memory::entry{self_->clock().now()}).first->second;
  ++entry.looks;
  not_arrived(entry);
}

}  // namespace headroom::chain
